//! What servers side by side share beside the database: sessions, limits and persisted queries.

use std::sync::Arc;

use super::AppError;
use crate::adapters::persisted::memory::MemoryQueries;
use crate::adapters::persisted::redis::RedisQueries;
use crate::adapters::rate_limit::MeasuredLimiter;
use crate::adapters::rate_limit::memory::MemoryLimiter;
use crate::adapters::rate_limit::redis::RedisLimiter;
use crate::adapters::redis::RedisLink;
use crate::adapters::sessions::redis::RedisSessions;
use crate::adapters::sql::SqlStore;
use crate::config::{Config, Secret, Sessions};
use crate::ports::clock::Clock;
use crate::ports::persisted::PersistedQueries;
use crate::ports::rate_limit::RateLimiter;
use crate::ports::sessions::SessionStore;
use crate::ports::store::StoreError;

/// Sessions, limits and persisted queries.
pub(super) struct Shared {
    pub sessions: Arc<dyn SessionStore>,
    pub limiter: Arc<dyn RateLimiter>,
    pub queries: Arc<dyn PersistedQueries>,
    redis: Option<Arc<RedisLink>>,
}

/// Opens what the settings name. A Redis that is away is no reason not to start: servers start in any order.
pub(super) fn open(
    config: &Config,
    store: &SqlStore,
    clock: &Arc<dyn Clock>,
) -> Result<Shared, AppError> {
    match &config.sessions {
        Sessions::Sql => Ok(embedded(store, clock)),
        Sessions::Redis(url) => in_redis(config, store, url),
    }
}

fn embedded(store: &SqlStore, clock: &Arc<dyn Clock>) -> Shared {
    Shared {
        sessions: Arc::new(store.sessions()),
        limiter: measured(MemoryLimiter::new(clock.clone())),
        queries: Arc::new(MemoryQueries::default()),
        redis: None,
    }
}

fn measured(limiter: impl RateLimiter + 'static) -> Arc<dyn RateLimiter> {
    Arc::new(MeasuredLimiter(Arc::new(limiter)))
}

fn in_redis(config: &Config, store: &SqlStore, url: &Secret) -> Result<Shared, AppError> {
    let link = Arc::new(link(url)?);
    let durable = Arc::new(store.sessions());
    let idle = config.limits.session_idle;
    Ok(Shared {
        sessions: Arc::new(RedisSessions::new(durable, link.clone(), idle)),
        limiter: measured(RedisLimiter::new(link.clone())),
        queries: Arc::new(RedisQueries::new(link.clone())),
        redis: Some(link),
    })
}

fn link(url: &Secret) -> Result<RedisLink, AppError> {
    RedisLink::open(url.reveal()).map_err(|error| AppError::new("REDIS_URL", error))
}

/// Whether Redis answers and takes what is written to it, where the settings name one.
pub(super) async fn check(config: &Config) -> Result<Option<&'static str>, AppError> {
    let Sessions::Redis(url) = &config.sessions else {
        return Ok(None);
    };
    let checked = link(url)?.check().await;
    checked.map_err(|error| AppError::new("REDIS_URL", error))?;
    Ok(Some("Redis answers and can be written to."))
}

impl Shared {
    /// Whether what is shared answers, beside the database. Where nothing is, it does.
    pub(super) fn ping(&self) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        let redis = self.redis.clone();
        async move {
            match redis {
                Some(redis) => redis.ping().await,
                None => Ok(()),
            }
        }
    }
}
