//! A corner of the Redis of `TEST_REDIS_URL` for each test, with keys of its own, empty after it.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::Arc;

use shotify::adapters::redis::RedisLink;

#[path = "../../fixtures/redis.rs"]
mod redis_keys;
pub use redis_keys::{Keys, redis_url};

/// A corner.
pub struct Corner {
    url: String,
    prefix: String,
    pub keys: Keys,
}

impl Corner {
    /// A connection of its own, as another server has one.
    pub fn link(&self) -> Arc<RedisLink> {
        let link = RedisLink::open(&self.url).unwrap();
        Arc::new(link.with_prefix(&self.prefix))
    }
}

/// Runs the body where there is a server.
pub async fn on_redis<F: Future<Output = ()>>(body: impl FnOnce(Arc<Corner>) -> F) {
    let Some(url) = redis_url() else {
        return;
    };
    let prefix = format!("shotify_test_{:016x}", RandomState::new().hash_one("test"));
    let keys = Keys::of(&url, &prefix).await;
    let corner = Arc::new(Corner { url, prefix, keys });
    body(Arc::clone(&corner)).await;
    corner.keys.forget().await;
}
