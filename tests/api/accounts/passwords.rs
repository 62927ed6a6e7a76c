//! Changing the own password.

use super::OTHER;
use crate::support::{PASSWORD, Server};

const ANNA: &str = "anna@example.com";

#[tokio::test]
async fn a_changed_password_keeps_this_session_and_ends_the_others() {
    let server = Server::start().await;
    let (desk, phone) = (server.member("anna").await, server.guest());
    phone.sign_in(ANNA, PASSWORD).await.data();
    let answer = desk.change_password(PASSWORD, OTHER).await;
    assert_eq!(answer.data()["changePassword"], true);
    desk.me().await.data();
    desk.refresh().await.data();
    desk.me().await.data();
    assert_eq!(phone.me().await.code(), "UNAUTHENTICATED");
    assert_eq!(phone.refresh().await.code(), "UNAUTHENTICATED");
    let guest = server.guest();
    assert_eq!(
        guest.sign_in(ANNA, PASSWORD).await.code(),
        "UNAUTHENTICATED"
    );
    guest.sign_in(ANNA, OTHER).await.data();
    server.wait_for_outbox().await;
    assert_eq!(
        desk.mails(ANNA).await[0]["subject"],
        "Your password was changed"
    );
}

#[tokio::test]
async fn a_refused_change_of_the_password_changes_nothing() {
    let server = Server::start().await;
    let (anna, other) = (server.member("anna").await, server.guest());
    other.sign_in(ANNA, PASSWORD).await.data();
    let before = server.snapshot().await;
    for (current, new, field) in [
        ("wrong", OTHER, "currentPassword"),
        ("", OTHER, "currentPassword"),
        (PASSWORD, "short", "newPassword"),
        (PASSWORD, "anna1234", "newPassword"),
        (PASSWORD, "password", "newPassword"),
    ] {
        let answer = anna.change_password(current, new).await;
        assert_eq!(
            (answer.code(), answer.field()),
            ("BAD_USER_INPUT", field),
            "{current} {new}"
        );
    }
    assert_eq!(server.snapshot().await, before);
    other.me().await.data();
}

/// A7
#[tokio::test]
async fn a_changed_password_voids_reset_links() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    anna.request_reset(ANNA).await.data();
    let token = anna.mailed_token(ANNA, "/reset").await;
    anna.change_password(PASSWORD, OTHER).await.data();
    let answer = server.guest().reset_password(&token, PASSWORD).await;
    assert_eq!(answer.code(), "INVALID_TOKEN");
}

/// L4
#[tokio::test]
async fn the_current_password_cannot_be_guessed_from_a_session() {
    let server = Server::with(&[("FAILED_SIGN_INS_PER_ACCOUNT", "2")]).await;
    let anna = server.member("anna").await;
    for _ in 0..2 {
        assert_eq!(
            anna.change_password("wrong", OTHER).await.code(),
            "BAD_USER_INPUT"
        );
    }
    assert_eq!(
        anna.change_password(PASSWORD, OTHER).await.code(),
        "RATE_LIMITED"
    );
    let change = serde_json::json!({ "email": "new@example.com", "currentPassword": PASSWORD });
    assert_eq!(anna.update_user(change).await.code(), "RATE_LIMITED");
    anna.me().await.data();
}
