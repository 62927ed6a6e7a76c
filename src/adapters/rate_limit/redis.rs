//! Limits in Redis, counted together by all servers that share it.
//!
//! A list of instants for each key, as in memory; each call is one script, hence atomic. The time is that of Redis: the
//! clocks of several servers never agree, and one that runs ahead would forget for all of them. A key is gone when its
//! window is over, so that what strangers can make Redis hold is bounded by how fast they are let in.
//!
//! While Redis is away nothing is allowed: the callers answer UNAVAILABLE, never without a limit. For that reason Redis
//! must not evict what it was told to keep (`maxmemory-policy noeviction`, its default).

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use redis::{Cmd, Script};

use crate::adapters::redis::{RedisLink, Sending};
use crate::ports::rate_limit::{Quota, RateLimiter, Taken};
use crate::ports::store::StoreResult;

/// `KEYS`: the log. `ARGV`: limit, window in microseconds. Answers -1, or after how many microseconds the next is allowed.
static TAKE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local window = tonumber(ARGV[2])
        local oldest = tonumber(redis.call('LINDEX', KEYS[1], 0))
        while oldest and oldest <= now - window do
            redis.call('LPOP', KEYS[1])
            oldest = tonumber(redis.call('LINDEX', KEYS[1], 0))
        end
        if redis.call('LLEN', KEYS[1]) < tonumber(ARGV[1]) then
            redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
            redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000))
            return -1
        end
        return (oldest or now) + window - now
        ",
    )
});

/// A log of instants for each key, in Redis.
pub struct RedisLimiter {
    link: Arc<RedisLink>,
}

impl RedisLimiter {
    /// In the Redis of `link`.
    #[must_use]
    pub const fn new(link: Arc<RedisLink>) -> Self {
        Self { link }
    }

    fn key(&self, key: &str) -> String {
        self.link.key("limit", key)
    }
}

#[async_trait]
impl RateLimiter for RedisLimiter {
    async fn take(&self, key: &str, quota: Quota) -> StoreResult<Taken> {
        let mut call = TAKE.prepare_invoke();
        call.key(self.key(key))
            .arg(quota.limit)
            .arg(quota.window.as_micros().to_string());
        // Where an answer was lost, asking again counts twice: on the safe side.
        let wait: i64 = self.link.script(&call, Sending::Repeatable).await?;
        Ok(
            u64::try_from(wait).map_or(Taken::Allowed, |micros| Taken::Denied {
                retry_after: Duration::from_micros(micros),
            }),
        )
    }

    async fn give_back(&self, key: &str) -> StoreResult<()> {
        let mut pop = Cmd::new();
        pop.arg("RPOP").arg(self.key(key));
        // Given back twice, somebody else's count would be gone.
        let _: Option<String> = self.link.command(&pop, Sending::Once).await?;
        Ok(())
    }
}
