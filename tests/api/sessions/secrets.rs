//! Changing the keys of sessions.

use std::sync::Arc;

use tempfile::TempDir;

use super::{assert_ended, moved};
use crate::support::Server;

const OLD: &str = "the key of last year, which is long enough";
const NEW: &str = "another key, made this morning from nothing";

async fn server(data: &Arc<TempDir>, secrets: &str) -> Server {
    Server::on(data.clone(), &[("SESSION_SECRETS", secrets)]).await
}

/// F3
#[tokio::test]
async fn an_old_key_still_opens_cookies_which_are_sealed_anew() {
    let data = Arc::new(TempDir::new().unwrap());
    let first = server(&data, OLD).await;
    let (anna, bert) = (first.member("anna").await, first.member("bert").await);
    first.kill();

    let both = server(&data, &format!("{NEW},{OLD}")).await;
    let stale = moved(&bert, &both);
    let anna = moved(&anna, &both);
    let before = anna.cookie.lock().unwrap().clone();
    let answer = anna.me().await;
    assert_eq!(answer.data()["me"]["username"], "anna");
    assert!(
        answer.headers.contains_key("set-cookie"),
        "it is sealed anew"
    );
    assert_ne!(*anna.cookie.lock().unwrap(), before);
    let again = anna.me().await;
    assert!(again.headers.get("set-cookie").is_none(), "once");
    let old_token = anna.csrf.lock().unwrap().clone();
    anna.refresh().await.data();
    anna.me().await.data();
    stale.me().await.data();
    both.kill();

    let only_new = server(&data, NEW).await;
    let anna = moved(&anna, &only_new);
    anna.me().await.data();
    *anna.csrf.lock().unwrap() = old_token;
    assert_eq!(anna.me().await.code(), "CSRF_FAILED");
    let forgotten = moved(&bert, &only_new);
    assert_ended(&forgotten.me().await, "under the old key");
    assert_ended(&forgotten.refresh().await, "under the old key");
    assert_ended(
        &moved(&stale, &only_new).refresh().await,
        "tokens under the old key",
    );
}

/// F3
#[tokio::test]
async fn keys_that_were_made_are_kept() {
    let first = Server::start().await;
    let anna = first.member("anna").await;
    let again = Server::on(first.kill(), &[]).await;
    let anna = moved(&anna, &again);
    anna.me().await.data();
    let file = again.data.path().join("session-secret");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(file).unwrap().permissions());
    assert_eq!(mode & 0o077, 0, "for its owner alone");
}
