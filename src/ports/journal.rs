//! The journal of uploads: which objects are being written before any row names them.

use async_trait::async_trait;

use super::store::StoreResult;
use crate::domain::timestamp::Timestamp;

/// Within a unit of work.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Journal: Send {
    /// Notes that these objects are about to be written.
    async fn open(&mut self, keys: &[String], now: Timestamp) -> StoreResult<()>;
    /// Takes the notes back because rows now name the objects. `false` when any note was gone already:
    /// the sweeper took it, the objects are lost and the unit MUST NOT commit.
    async fn close(&mut self, keys: &[String]) -> StoreResult<bool>;
    /// Takes up to `limit` notes made before `before` away and answers with their keys: the caller
    /// MUST order the objects' deletion in the same unit.
    async fn take_stale(&mut self, before: Timestamp, limit: u32) -> StoreResult<Vec<String>>;
}
