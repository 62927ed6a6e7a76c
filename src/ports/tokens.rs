//! Mailed tokens.

use async_trait::async_trait;

use super::store::StoreResult;
use crate::domain::id::UserId;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::{MailToken, TokenPurpose};

/// Within a unit of work.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait MailTokens: Send {
    /// Keeps a token's hash.
    async fn add(&mut self, token: &MailToken) -> StoreResult<()>;
    /// Uses a token up: of many racing callers one gets it. Expired ones and those of another purpose are none.
    async fn take(
        &mut self,
        hash: &[u8; 32],
        purpose: TokenPurpose,
        now: Timestamp,
    ) -> StoreResult<Option<MailToken>>;
    /// Voids all open tokens of a member for a purpose.
    async fn void(&mut self, user: UserId, purpose: TokenPurpose) -> StoreResult<()>;
    /// Forgets up to `limit` expired ones; answers how many.
    async fn purge(&mut self, now: Timestamp, limit: u32) -> StoreResult<u64>;
}
