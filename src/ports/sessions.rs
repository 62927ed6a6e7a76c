//! Sessions. Fast in Redis or SQL; SQL has the last word on revocation (architecture, decision 12).

use async_trait::async_trait;

use super::store::StoreResult;
use crate::domain::id::UserId;
use crate::domain::session::{LiveSession, Session, SessionId};
use crate::domain::timestamp::Timestamp;
use crate::domain::user::Stamp;

/// Keeps session families.
///
/// `rotate` MUST be atomic: of many racing calls with the same `from`, one succeeds. A revoked session
/// MUST NOT come back, whatever the store forgets.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Keeps a new family.
    async fn create(&self, session: &Session) -> StoreResult<()>;
    /// The family with the member's stamp and role as they are now.
    async fn find(&self, id: SessionId) -> StoreResult<Option<LiveSession>>;
    /// Goes from generation `from` to the next, unused one; `false` when it was no longer `from`, or revoked.
    async fn rotate(&self, id: SessionId, from: i64, now: Timestamp) -> StoreResult<bool>;
    /// Records the first use of a generation, and the last use.
    async fn mark_used(&self, id: SessionId, generation: i64, now: Timestamp) -> StoreResult<()>;
    /// Carries the session over a change of its member's stamp.
    async fn restamp(&self, id: SessionId, stamp: Stamp) -> StoreResult<()>;
    /// Ends a family.
    async fn revoke(&self, id: SessionId, now: Timestamp) -> StoreResult<()>;
    /// Ends all families of a member.
    async fn revoke_all(&self, user: UserId, now: Timestamp) -> StoreResult<()>;
    /// Forgets up to `limit` families past their absolute end; answers how many.
    async fn purge(&self, now: Timestamp, limit: u32) -> StoreResult<u64>;
}
