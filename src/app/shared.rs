//! What servers side by side share beside the database: sessions and limits.

use std::sync::Arc;

use super::AppError;
use crate::adapters::rate_limit::memory::MemoryLimiter;
use crate::adapters::sql::SqlStore;
use crate::config::{Config, Sessions};
use crate::ports::clock::Clock;
use crate::ports::rate_limit::RateLimiter;
use crate::ports::sessions::SessionStore;

/// Sessions and limits.
pub(super) struct Shared {
    pub sessions: Arc<dyn SessionStore>,
    pub limiter: Arc<dyn RateLimiter>,
}

/// Opens what the settings name.
pub(super) fn open(
    config: &Config,
    store: &SqlStore,
    clock: &Arc<dyn Clock>,
) -> Result<Shared, AppError> {
    match &config.sessions {
        Sessions::Sql => Ok(Shared {
            sessions: Arc::new(store.sessions()),
            limiter: Arc::new(MemoryLimiter::new(clock.clone())),
        }),
        Sessions::Redis(_) => Err(AppError("REDIS_URL: is not built yet".into())),
    }
}
