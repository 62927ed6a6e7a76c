//! Whether Redis lets us do what sessions, limits and persisted queries do.

use std::sync::LazyLock;

use redis::Script;

use super::{RedisLink, Sending};
use crate::ports::store::StoreResult;

/// `KEYS`: a key of nobody else's, which is gone a second later.
static WRITE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local time = redis.call('TIME')
        redis.call('SET', KEYS[1], time[1], 'PX', 1000)
        ",
    )
});

impl RedisLink {
    /// Whether it answers, runs scripts and takes writes: a replica that only reads answers a `PING`, too, and so does a
    /// server that lets this user run no scripts.
    pub async fn check(&self) -> StoreResult<()> {
        let mut call = WRITE.prepare_invoke();
        call.key(self.key("check", "write"));
        self.script(&call, Sending::Repeatable).await
    }
}
