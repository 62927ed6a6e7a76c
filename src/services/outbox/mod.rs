//! Working off the outbox: what transactions asked to be done after their commit (M1–M3, K3).

mod label;
mod mail;
mod schedule;
mod sweeper;
mod worker;

#[cfg(test)]
mod tests;

use async_trait::async_trait;

use crate::ports::store::StoreResult;

pub use sweeper::{Sweeper, Swept};
pub use worker::{LinkSettings, OutboxWorker};

/// Works off the outbox.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait OutboxService: Send + Sync {
    /// Does what is due, a batch at most; answers how many jobs were tried.
    async fn work_once(&self) -> StoreResult<usize>;
}
