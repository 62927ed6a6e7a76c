//! Documents in Redis, known to all servers that share it.
//!
//! A document never changes under its hash, so each server also keeps those it has seen in its memory: it asks Redis
//! for each once, and goes on knowing them while Redis is away. Redis holds the [`MOST`] that were asked for last, none
//! for longer than [`KEPT_FOR`] unasked for, and none that is longer than [`LONGEST`].

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use redis::Script;

use super::memory::MemoryQueries;
use crate::adapters::redis::{RedisLink, Sending};
use crate::ports::persisted::PersistedQueries;
use crate::ports::store::StoreResult;

/// Most documents: 16 MiB of the longest that are allowed unless settings say otherwise, 64 MiB whatever they say.
pub const MOST: usize = 1000;
/// Bytes of a document; one that is longer is kept by each server for itself.
pub const LONGEST: usize = 64 * 1024;
/// How long a document is kept that no server asks for.
const KEPT_FOR: Duration = Duration::from_hours(7 * 24);

/// `KEYS`: texts by hash, and the hashes by last use. `ARGV`: hash, milliseconds kept, document, most documents.
static PUT: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
        redis.call('ZADD', KEYS[2], now, ARGV[1])
        local gone = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - ARGV[2], 'LIMIT', 0, 100)
        local over = redis.call('ZCARD', KEYS[2]) - ARGV[4]
        if over > #gone then
            gone = redis.call('ZRANGE', KEYS[2], 0, over - 1)
        end
        for _, hash in ipairs(gone) do
            redis.call('HDEL', KEYS[1], hash)
            redis.call('ZREM', KEYS[2], hash)
        end
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        redis.call('PEXPIRE', KEYS[2], ARGV[2])
        ",
    )
});

/// `KEYS` and `ARGV` as above, without the last two. Answers the document or nothing.
static GET: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local document = redis.call('HGET', KEYS[1], ARGV[1])
        if document then
            local time = redis.call('TIME')
            redis.call('ZADD', KEYS[2], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
            redis.call('PEXPIRE', KEYS[1], ARGV[2])
            redis.call('PEXPIRE', KEYS[2], ARGV[2])
        end
        return document
        ",
    )
});

/// Documents by their hash.
pub struct RedisQueries {
    near: MemoryQueries,
    link: Arc<RedisLink>,
}

impl RedisQueries {
    /// In the Redis of `link`, with a memory of this server's own in front.
    #[must_use]
    pub fn new(link: Arc<RedisLink>) -> Self {
        Self {
            near: MemoryQueries::default(),
            link,
        }
    }

    fn call<'a>(&self, script: &'a Script, hash: &str) -> redis::ScriptInvocation<'a> {
        let mut call = script.prepare_invoke();
        call.key(self.link.key("documents", "text"))
            .key(self.link.key("documents", "used"))
            .arg(hash)
            .arg(KEPT_FOR.as_millis().to_string());
        call
    }
}

#[async_trait]
impl PersistedQueries for RedisQueries {
    async fn get(&self, hash: &str) -> StoreResult<Option<Arc<str>>> {
        if let Some(document) = self.near.known(hash) {
            return Ok(Some(document));
        }
        let call = self.call(&GET, hash);
        let found: Option<String> = self.link.script(&call, Sending::Repeatable).await?;
        let found: Option<Arc<str>> = found.map(Into::into);
        if let Some(document) = &found {
            self.near.keep(hash, Arc::clone(document));
        }
        Ok(found)
    }

    async fn put(&self, hash: &str, document: &str) -> StoreResult<()> {
        self.near.keep(hash, document.into());
        if document.len() > LONGEST {
            return Ok(());
        }
        let mut call = self.call(&PUT, hash);
        call.arg(document).arg(MOST);
        self.link.script(&call, Sending::Repeatable).await
    }
}
