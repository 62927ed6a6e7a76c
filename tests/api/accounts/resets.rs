//! Setting a password by a mailed link.

use std::time::Duration;

use super::{OTHER, cost, plain, quiet_server};
use crate::support::{Answer, Client, PASSWORD, Server};

const ANNA: &str = "anna@example.com";
const GONE: (&str, &str) = ("INVALID_TOKEN", "resetToken");

fn refused(answer: &Answer) -> (&str, &str) {
    (answer.code(), answer.field())
}

async fn asked(client: &Client) -> String {
    client.request_reset(ANNA).await.data();
    client.mailed_token(ANNA, "/reset").await
}

/// A6
#[tokio::test]
async fn whether_a_reset_link_is_mailed_cannot_be_told_from_outside() {
    let server = quiet_server().await;
    let guest = server.guest();
    let (known, first) = cost(&server, guest.request_reset(ANNA)).await;
    assert_eq!(first.data()["requestPasswordReset"], true);
    for other in ["nobody@example.com", "nora@example.com"] {
        let (statements, answer) = cost(&server, guest.request_reset(other)).await;
        assert_eq!(plain(&answer), plain(&first), "{other}");
        assert_eq!(statements, known, "{other}");
    }
    assert_eq!(plain(&guest.request_reset("nonsense").await), plain(&first));
    assert_eq!(server.rows("SELECT kind FROM outbox").await.len(), 3);
}

/// A6
#[tokio::test]
async fn only_a_known_address_gets_a_reset_link() {
    let server = Server::start().await;
    let anna = server.registered("anna").await;
    anna.register("nora", "nora@example.com").await.data();
    for address in [ANNA, "nora@example.com", "nobody@example.com"] {
        anna.request_reset(address).await.data();
    }
    server.wait_for_outbox().await;
    assert_eq!(anna.mails(ANNA).await.len(), 2);
    assert_eq!(
        anna.mails("nora@example.com").await.len(),
        1,
        "its confirmation"
    );
    assert!(anna.mails("nobody@example.com").await.is_empty());
}

/// A7 A8
#[tokio::test]
async fn a_reset_ends_every_session_tells_the_owner_and_signs_nobody_in() {
    let server = Server::start().await;
    let (desk, phone) = (server.member("anna").await, server.guest());
    phone.sign_in(ANNA, PASSWORD).await.data();
    let bert = server.member("bert").await;
    let guest = server.guest();
    let first = asked(&guest).await;
    guest.request_reset(ANNA).await.data();
    guest.wait_for_mails(ANNA, 3).await;
    let second = guest.mailed_token(ANNA, "/reset").await;
    assert_ne!(first, second);
    assert_eq!(second.len(), 43);

    let answer = guest.reset_password(&second, OTHER).await;
    assert_eq!(answer.data()["processPasswordReset"], true);
    assert!(
        answer.headers.get("set-cookie").is_none(),
        "nobody is signed in"
    );
    for session in [&desk, &phone] {
        assert_eq!(session.me().await.code(), "UNAUTHENTICATED");
        assert_eq!(session.refresh().await.code(), "UNAUTHENTICATED");
    }
    bert.me().await.data();
    assert_eq!(refused(&guest.reset_password(&second, OTHER).await), GONE);
    assert_eq!(
        refused(&guest.reset_password(&first, OTHER).await),
        GONE,
        "all open ones are void"
    );
    assert_eq!(
        guest.sign_in(ANNA, PASSWORD).await.code(),
        "UNAUTHENTICATED"
    );
    guest.sign_in(ANNA, OTHER).await.data();
    server.wait_for_outbox().await;
    assert_eq!(
        guest.mails(ANNA).await[0]["subject"],
        "Your password was changed"
    );
}

/// A7
#[tokio::test]
async fn a_refused_password_does_not_use_up_the_token() {
    let server = Server::start().await;
    let guest = server.registered("anna").await;
    let token = asked(&guest).await;
    for weak in ["", "short", "password", "anna1234", "shotify1"] {
        let answer = guest.reset_password(&token, weak).await;
        assert_eq!(
            refused(&answer),
            ("BAD_USER_INPUT", "newPassword"),
            "{weak}"
        );
    }
    guest.sign_in(ANNA, PASSWORD).await.data();
    guest.reset_password(&token, OTHER).await.data();
}

/// A7
#[tokio::test]
async fn a_token_is_good_for_its_own_purpose_alone() {
    let server = Server::start().await;
    let guest = server.guest();
    guest.register("anna", ANNA).await.data();
    let confirmation = guest.mailed_token(ANNA, "/validate").await;
    let answer = guest.reset_password(&confirmation, OTHER).await;
    assert_eq!(refused(&answer), GONE);
    guest.confirm(&confirmation).await.data();
    let reset = asked(&guest).await;
    let answer = guest.confirm(&reset).await;
    assert_eq!(refused(&answer), ("INVALID_TOKEN", "validationToken"));
    guest.reset_password(&reset, OTHER).await.data();
}

/// A7
#[tokio::test]
async fn an_expired_reset_link_sets_nothing() {
    let server = Server::with(&[("RESET_LINK_LIFETIME", "1s")]).await;
    let guest = server.registered("anna").await;
    let token = asked(&guest).await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(refused(&guest.reset_password(&token, OTHER).await), GONE);
    guest.sign_in(ANNA, PASSWORD).await.data();
}

/// A7
#[tokio::test]
async fn a_token_used_twice_at_once_sets_one_password() {
    let server = Server::start().await;
    let guest = server.registered("anna").await;
    let token = asked(&guest).await;
    let passwords: Vec<String> = (0..6).map(|n| format!("{OTHER} number {n}")).collect();
    let tries = passwords
        .iter()
        .map(|password| guest.reset_password(&token, password));
    let answers = futures::future::join_all(tries).await;
    let won: Vec<usize> = (0..6)
        .filter(|place| answers[*place].body.get("errors").is_none())
        .collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    guest.sign_in(ANNA, &passwords[won[0]]).await.data();
}

/// A8 A9
#[tokio::test]
async fn a_reset_stops_a_change_of_the_address() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let change = serde_json::json!({ "email": "thief@example.com", "currentPassword": PASSWORD });
    anna.update_user(change).await.data();
    let theirs = anna.mailed_token("thief@example.com", "/validate").await;
    let token = asked(&anna).await;
    server.guest().reset_password(&token, OTHER).await.data();
    let answer = server.guest().confirm(&theirs).await;
    assert_eq!(refused(&answer), ("INVALID_TOKEN", "validationToken"));
    anna.sign_in(ANNA, OTHER).await.data();
    assert_eq!(
        anna.me().await.data()["me"]["pendingEmail"],
        serde_json::Value::Null
    );
}
