//! Confirming an address by the mailed link.

use std::time::Duration;

use super::{OTHER, cost, plain, quiet_server};
use crate::support::{PASSWORD, Server};

const ANNA: &str = "anna@example.com";

fn refused(answer: &crate::support::Answer) -> (&str, &str) {
    (answer.code(), answer.field())
}

const GONE: (&str, &str) = ("INVALID_TOKEN", "validationToken");

/// A7
#[tokio::test]
async fn a_confirmation_token_works_once_and_lies_hashed_in_the_database() {
    let server = Server::start().await;
    let client = server.guest();
    client.register("anna", ANNA).await.data();
    let token = client.mailed_token(ANNA, "/validate").await;
    assert_eq!(token.len(), 43, "256 bits: {token}");
    let rows = server.snapshot().await.join("\n");
    assert!(rows.contains("mail_tokens: ") && !rows.contains(&token));
    assert_eq!(client.confirm(&token).await.data()["validateUser"], true);
    assert_eq!(refused(&client.confirm(&token).await), GONE);
    client.sign_in(ANNA, PASSWORD).await.data();
}

/// A7
#[tokio::test]
async fn tokens_of_no_account_are_refused_alike() {
    let server = Server::start().await;
    let client = server.guest();
    client.register("anna", ANNA).await.data();
    let token = client.mailed_token(ANNA, "/validate").await;
    let first = client.confirm("").await;
    assert_eq!(refused(&first), GONE);
    let cut = &token[..42];
    for bad in [
        cut,
        &format!("{token} "),
        &format!("{token}A"),
        &token.to_uppercase(),
        "\u{0}",
        "' OR 1=1 --",
        &"x".repeat(5000),
    ] {
        assert_eq!(plain(&client.confirm(bad).await), plain(&first), "{bad}");
    }
    client.confirm(&token).await.data();
}

/// A7
#[tokio::test]
async fn of_ten_who_use_a_token_at_once_one_succeeds() {
    let server = Server::start().await;
    let client = server.guest();
    client.register("anna", ANNA).await.data();
    let token = client.mailed_token(ANNA, "/validate").await;
    let answers = futures::future::join_all((0..10).map(|_| client.confirm(&token))).await;
    let won = answers.iter().filter(|a| a.body.get("errors").is_none());
    assert_eq!(won.count(), 1);
}

/// A7
#[tokio::test]
async fn an_expired_link_confirms_nothing_and_can_be_asked_for_again() {
    let server = Server::with(&[("CONFIRM_LINK_LIFETIME", "1s")]).await;
    let client = server.guest();
    client.register("anna", ANNA).await.data();
    let token = client.mailed_token(ANNA, "/validate").await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(refused(&client.confirm(&token).await), GONE);
    assert_eq!(
        client.sign_in(ANNA, PASSWORD).await.code(),
        "EMAIL_NOT_VERIFIED"
    );
}

/// A7
#[tokio::test]
async fn a_link_sent_again_works_and_voids_the_first_one_when_used() {
    let server = Server::start().await;
    let client = server.guest();
    client.register("anna", ANNA).await.data();
    let first = client.mailed_token(ANNA, "/validate").await;
    client.resend_validation("ANNA@example.com").await.data();
    client.wait_for_mails("ANNA@example.com", 1).await;
    let second = client.mailed_token("ANNA@example.com", "/validate").await;
    assert_ne!(first, second);
    client.confirm(&second).await.data();
    assert_eq!(refused(&client.confirm(&first).await), GONE);
}

/// A5
#[tokio::test]
async fn of_two_who_wait_for_an_address_only_its_reader_gets_it() {
    let server = Server::start().await;
    let (one, two) = (server.guest(), server.guest());
    one.register("squatter", ANNA).await.data();
    let first = one.mailed_token(ANNA, "/validate").await;
    two.register("anna", ANNA).await.data();
    two.wait_for_mails(ANNA, 2).await;
    let second = two.mailed_token(ANNA, "/validate").await;
    two.confirm(&second).await.data();
    assert_eq!(refused(&one.confirm(&first).await), GONE, "it is taken");
    two.sign_in(ANNA, PASSWORD).await.data();
    assert_eq!(two.me().await.data()["me"]["username"], "anna");
}

#[tokio::test]
async fn whether_a_link_is_sent_again_cannot_be_told_from_outside() {
    let server = quiet_server().await;
    let guest = server.guest();
    let (waiting, first) = cost(&server, guest.resend_validation("nora@example.com")).await;
    for other in [ANNA, "nobody@example.com"] {
        let (statements, answer) = cost(&server, guest.resend_validation(other)).await;
        assert_eq!(plain(&answer), plain(&first), "{other}");
        assert_eq!(statements, waiting, "{other}");
    }
    let nonsense = guest.resend_validation("no address").await;
    assert_eq!(plain(&nonsense), plain(&first));
    assert_eq!(server.rows("SELECT kind FROM outbox").await.len(), 9);
}

#[tokio::test]
async fn only_who_waits_for_a_link_gets_one_again() {
    let server = Server::start().await;
    let anna = server.registered("anna").await;
    let nora = server.guest();
    nora.register("nora", "nora@example.com").await.data();
    for address in [ANNA, "nobody@example.com", "nora@example.com"] {
        let answer = nora.resend_validation(address).await;
        assert_eq!(answer.data()["resendValidation"], true);
    }
    server.wait_for_outbox().await;
    assert_eq!(nora.mails("nora@example.com").await.len(), 2);
    assert_eq!(anna.mails(ANNA).await.len(), 1);
    assert!(nora.mails("nobody@example.com").await.is_empty());
}

#[tokio::test]
async fn accounts_that_are_never_confirmed_are_purged() {
    let server = Server::start().await;
    server.registered("anna").await;
    server
        .guest()
        .register("nora", "nora@example.com")
        .await
        .data();
    server.wait_for_outbox().await;
    let data = server.kill();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let server = Server::on(data, &[("UNCONFIRMED_LIFETIME", "1s")]).await;
    let end = std::time::Instant::now() + Duration::from_secs(10);
    while server.rows("SELECT username FROM users").await != ["anna"] {
        assert!(std::time::Instant::now() < end, "nobody is purged");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let again = server.guest();
    again.register("nora", "nora@example.com").await.data();
    assert_eq!(
        again.sign_in("nora@example.com", OTHER).await.code(),
        "UNAUTHENTICATED"
    );
}
