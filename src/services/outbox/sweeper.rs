//! Cleaning up after crashes, and after time (K1, K2).

use std::sync::Arc;
use std::time::Duration;

use crate::domain::timestamp::Timestamp;
use crate::ports::outbox::Task;
use crate::ports::sessions::SessionStore;
use crate::ports::store::{Store, StoreResult};
use crate::services::retry::retrying;

/// An upload that is not finished after this long never will be.
const STALE_AFTER: Duration = Duration::from_hours(1);
/// Rows of one unit, so that none is long.
const BATCH: u32 = 100;

/// Orders the deletion of objects that no row names, and forgets ended sessions.
pub struct Sweeper {
    /// The database.
    pub store: Arc<dyn Store>,
    /// Sessions.
    pub sessions: Arc<dyn SessionStore>,
}

/// What a sweep found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Objects whose deletion was ordered.
    pub objects: u64,
    /// Sessions forgotten.
    pub sessions: u64,
}

impl Sweeper {
    /// Sweeps once, to the end.
    pub async fn sweep(&self, now: Timestamp) -> StoreResult<Swept> {
        let mut swept = Swept::default();
        loop {
            let objects = retrying(async || self.sweep_journal(now).await).await?;
            swept.objects += objects;
            if objects < u64::from(BATCH) {
                break;
            }
        }
        loop {
            let sessions = self.sessions.purge(now, BATCH).await?;
            swept.sessions += sessions;
            if sessions < u64::from(BATCH) {
                return Ok(swept);
            }
        }
    }

    async fn sweep_journal(&self, now: Timestamp) -> StoreResult<u64> {
        let before = now.minus(STALE_AFTER);
        let mut unit = self.store.begin().await?;
        let stale = unit.journal().take_stale(before, BATCH).await?;
        let count = stale.len() as u64;
        for key in stale {
            unit.outbox().add(&Task::DeleteObject(key), now).await?;
        }
        unit.commit().await?;
        Ok(count)
    }
}
