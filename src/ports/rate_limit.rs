//! Counting what must not happen too often.

use std::time::Duration;

use async_trait::async_trait;

use super::store::StoreResult;

/// At most so many within a sliding window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// How many.
    pub limit: u32,
    /// Within how long.
    pub window: Duration,
}

/// Whether one more may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It may, and is counted.
    Allowed,
    /// It may not, and is not counted; the next may after this long.
    Denied {
        /// Until one more is allowed.
        retry_after: Duration,
    },
}

/// A sliding-window limiter.
///
/// `take` MUST be atomic: of many racing calls at most `limit` are allowed within any window.
/// Keys hold no personal data in the clear: callers hash what they name.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait RateLimiter: Send + Sync {
    /// Counts one more, unless the quota is used up.
    async fn take(&self, key: &str, quota: Quota) -> StoreResult<Taken>;
    /// Takes the latest count back: what it was taken for turned out harmless.
    async fn give_back(&self, key: &str) -> StoreResult<()>;
}
