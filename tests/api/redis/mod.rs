//! Servers side by side that share a Redis: where `TEST_REDIS_URL` is set.
//!
//! Each test has one of the fifteen databases behind the first to itself, and empties it. The servers of a test share
//! one folder, hence one database of rows and one session secret, as they would share `MySQL` and `SESSION_SECRETS`.

mod away;
mod checked;
mod forgetting;
mod proxy;
mod sharing;
mod tls;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use url::Url;

use crate::redis_keys::{Keys, redis_url};
use crate::support::Server;

const ANNA: &str = "anna@example.com";

/// A database of Redis.
struct Place {
    url: Url,
    keys: Keys,
}

async fn on_redis(body: impl AsyncFnOnce(&Place)) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let Some(url) = redis_url() else {
        println!("TEST_REDIS_URL is not set: left out");
        return;
    };
    let mut url: Url = url.parse().unwrap();
    let number = NEXT.fetch_add(1, Ordering::SeqCst) + 1;
    assert!(number < 16, "Redis has sixteen databases");
    url.set_path(&number.to_string());
    let keys = Keys::of(url.as_str(), "shotify").await;
    keys.forget().await;
    let place = Place { url, keys };
    body(&place).await;
    place.keys.forget().await;
}

/// The same for a test that stands between the server and Redis, which a certificate would not let it.
async fn on_plain_redis(body: impl AsyncFnOnce(&Place)) {
    if redis_url().is_some_and(|url| url.starts_with("rediss:")) {
        println!("TEST_REDIS_URL is behind TLS: left out");
        return;
    }
    on_redis(body).await;
}

/// A server on this Redis.
async fn server(data: &Arc<TempDir>, redis: &str, more: &[(&str, &str)]) -> Server {
    let settings = [&[("REDIS_URL", redis)], more].concat();
    Server::on(Arc::clone(data), &settings).await
}

/// Two servers on one Redis.
async fn two_servers(place: &Place, more: &[(&str, &str)]) -> [Server; 2] {
    let data = Arc::new(TempDir::new().unwrap());
    let one = server(&data, place.url.as_str(), more).await;
    let other = server(&data, place.url.as_str(), more).await;
    [one, other]
}

/// The session is over, and the cookie stays where it is.
#[track_caller]
fn assert_ended(answer: &crate::support::Answer, what: &str) {
    assert_eq!(answer.code(), "UNAUTHENTICATED", "{what}");
}
