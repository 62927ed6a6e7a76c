//! Signing in: what a stranger cannot learn, and how often one may try.

use argon2::password_hash::PasswordHasher as _;
use argon2::{Argon2, Params};

use super::{OTHER, cost, plain, quiet_server};
use crate::support::{PASSWORD, Server};

const ANNA: &str = "anna@example.com";
const NORA: &str = "nora@example.com";

/// A3 A4
#[tokio::test]
async fn every_failed_sign_in_looks_and_costs_the_same() {
    let server = quiet_server().await;
    let guest = server.guest();
    let (statements, wrong) = cost(&server, guest.sign_in(ANNA, OTHER)).await;
    assert_eq!(wrong.code(), "UNAUTHENTICATED");
    let long = "x".repeat(2000);
    for (email, password) in [
        ("nobody@example.com", PASSWORD),
        ("nobody@example.com", ""),
        (NORA, OTHER),
        (ANNA, ""),
        (ANNA, &long),
        ("no address", PASSWORD),
        ("", PASSWORD),
        ("anna@example.com\r\nx", PASSWORD),
        ("' OR '1'='1", PASSWORD),
    ] {
        let (these, answer) = cost(&server, guest.sign_in(email, password)).await;
        assert_eq!(plain(&answer), plain(&wrong), "{email} {password}");
        assert_eq!(these, statements, "{email} {password}");
    }
    assert!(server.rows("SELECT kind FROM outbox").await.is_empty());
}

/// A3
#[tokio::test]
async fn an_unconfirmed_address_is_told_only_after_the_right_password() {
    let server = quiet_server().await;
    let guest = server.guest();
    assert_eq!(guest.sign_in(NORA, OTHER).await.code(), "UNAUTHENTICATED");
    let told = guest.sign_in(NORA, PASSWORD).await;
    assert_eq!(told.code(), "EMAIL_NOT_VERIFIED");
    assert!(told.headers.get("set-cookie").is_none());
    assert!(told.headers.get("x-csrf-token").is_none());
}

#[tokio::test]
async fn an_address_signs_in_whatever_its_case() {
    let server = quiet_server().await;
    let guest = server.guest();
    guest.sign_in(" ANNA@Example.COM ", PASSWORD).await.data();
    assert_eq!(guest.me().await.data()["me"]["email"], ANNA);
}

/// A1
#[tokio::test]
async fn an_older_hash_is_renewed_when_its_owner_signs_in() {
    let server = quiet_server().await;
    let weak = Argon2::from(Params::new(8192, 1, 1, None).unwrap());
    let weak = weak.hash_password_with_salt(PASSWORD.as_bytes(), b"0123456789abcdef");
    let weak = weak.unwrap().to_string();
    let change = format!("UPDATE users SET password_hash = '{weak}' WHERE username = 'anna'");
    server.tamper(&change).await;
    let hash = "SELECT password_hash FROM users WHERE username = 'anna'";
    let guest = server.guest();
    assert_eq!(guest.sign_in(ANNA, OTHER).await.code(), "UNAUTHENTICATED");
    assert_eq!(server.rows(hash).await, [weak]);
    guest.sign_in(ANNA, PASSWORD).await.data();
    let renewed = server.rows(hash).await;
    assert!(
        renewed[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{renewed:?}"
    );
    server.guest().sign_in(ANNA, PASSWORD).await.data();
    guest.me().await.data();
}

/// L4
#[tokio::test]
async fn after_too_many_failures_an_account_is_closed_to_guessing_known_or_not() {
    let server = Server::with(&[("FAILED_SIGN_INS_PER_ACCOUNT", "3")]).await;
    let anna = server.member("anna").await;
    let bert = server.registered("bert").await;
    let guest = server.guest();
    for email in [ANNA, "nobody@example.com"] {
        for attempt in 0..3 {
            let address = format!("198.51.100.{attempt}");
            guest.header("x-forwarded-for", &address);
            assert_eq!(guest.sign_in(email, OTHER).await.code(), "UNAUTHENTICATED");
        }
        let limited = guest.sign_in(email, PASSWORD).await;
        assert_eq!(limited.code(), "RATE_LIMITED", "{email}");
        assert_eq!(limited.status, 429);
        let seconds = limited.headers["retry-after"].to_str().unwrap();
        assert_eq!(
            limited.error()["extensions"]["retryAfter"].to_string(),
            seconds
        );
        assert!(
            (1..=900).contains(&seconds.parse::<u32>().unwrap()),
            "{seconds}"
        );
    }
    anna.me().await.data();
    anna.refresh().await.data();
    bert.sign_in("bert@example.com", PASSWORD).await.data();
    guest.request_reset(ANNA).await.data();
    let token = guest.mailed_token(ANNA, "/reset").await;
    guest.reset_password(&token, OTHER).await.data();
}

/// L4
#[tokio::test]
async fn right_passwords_are_not_counted_as_failures() {
    let server = Server::with(&[("FAILED_SIGN_INS_PER_ACCOUNT", "2")]).await;
    server.registered("anna").await;
    for _ in 0..4 {
        server.guest().sign_in(ANNA, PASSWORD).await.data();
    }
    assert_eq!(
        server.guest().sign_in(ANNA, OTHER).await.code(),
        "UNAUTHENTICATED"
    );
    server.guest().sign_in(ANNA, PASSWORD).await.data();
}

/// L4
#[tokio::test]
async fn many_accounts_cannot_be_tried_from_one_address() {
    let server = Server::with(&[("FAILED_SIGN_INS_PER_IP", "4")]).await;
    let guest = server.guest();
    for account in 0..4 {
        let answer = guest
            .sign_in(&format!("a{account}@example.com"), OTHER)
            .await;
        assert_eq!(answer.code(), "UNAUTHENTICATED");
    }
    guest.header("x-forwarded-for", "198.51.100.7");
    let answer = guest.sign_in("another@example.com", OTHER).await;
    assert_eq!(answer.code(), "RATE_LIMITED", "no proxy is trusted");
}
