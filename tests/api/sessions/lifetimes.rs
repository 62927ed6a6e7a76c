//! How long a session lasts.

use std::time::{Duration, Instant};

use super::assert_ended;
use crate::support::{Answer, Server};

const PATIENCE: Duration = Duration::from_secs(20);

fn ended(answer: &Answer) -> bool {
    answer.body.get("errors").is_some() && answer.code() == "UNAUTHENTICATED"
}

/// S4
#[tokio::test]
async fn an_access_token_ends_soon_and_a_refresh_goes_on() {
    let server = Server::with(&[("ACCESS_TOKEN_LIFETIME", "1s")]).await;
    let anna = server.member("anna").await;
    let start = Instant::now();
    while !ended(&anna.me().await) {
        assert!(start.elapsed() < PATIENCE, "it does not end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for _ in 0..2 {
        anna.refresh().await.data();
    }
}

/// S9
#[tokio::test]
async fn a_session_ends_at_its_absolute_end_although_it_is_active() {
    let server = Server::with(&[("SESSION_LIFETIME", "4s")]).await;
    let anna = server.registered("anna").await;
    let start = Instant::now();
    anna.sign_in("anna@example.com", crate::support::PASSWORD)
        .await
        .data();
    loop {
        let answer = anna.refresh().await;
        if ended(&answer) {
            break;
        }
        assert!(start.elapsed() < PATIENCE, "it does not end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(start.elapsed() >= Duration::from_secs(3), "too early");
    assert_ended(&anna.me().await, "the access token too");
}

/// S9
#[tokio::test]
async fn an_idle_session_ends() {
    let server = Server::with(&[("SESSION_IDLE", "2s")]).await;
    let anna = server.member("anna").await;
    tokio::time::sleep(Duration::from_millis(2100)).await;
    assert_ended(&anna.me().await, "idle");
    assert_ended(&anna.refresh().await, "idle");
}

/// Makes all sessions look as if they were last used so much longer ago, uses one, and says whether that was recorded.
async fn use_is_recorded(server: &Server, anna: &crate::support::Client, seconds: u64) -> bool {
    let age = format!("UPDATE sessions SET last_used = last_used - {seconds} * 1000000");
    server.tamper(&age).await;
    let last_used = "SELECT CAST(last_used AS TEXT) FROM sessions";
    let before = server.rows(last_used).await;
    anna.me().await.data();
    server.rows(last_used).await != before
}

/// S9
#[tokio::test]
async fn who_is_active_does_not_look_idle() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    anna.me().await.data();
    assert!(
        !use_is_recorded(&server, &anna, 120).await,
        "seldom, to spare the database"
    );
    assert!(use_is_recorded(&server, &anna, 300).await);
    let idle = "UPDATE sessions SET last_used = last_used - 86400 * 1000000";
    server.tamper(idle).await;
    assert_ended(&anna.me().await, "idle for a day");
}

/// S9
#[tokio::test]
async fn where_idle_sessions_end_soon_use_is_recorded_sooner() {
    let server = Server::with(&[("SESSION_IDLE", "200s")]).await;
    let anna = server.member("anna").await;
    anna.me().await.data();
    assert!(use_is_recorded(&server, &anna, 60).await);
}
