//! The outbox: what a transaction asks to be done after its commit.

use async_trait::async_trait;

use super::store::StoreResult;
use crate::domain::id::{JobId, ProductId};
use crate::domain::mail::Mail;
use crate::domain::timestamp::Timestamp;

/// Something to be done, at least once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Send a mail.
    Mail(Mail),
    /// Delete a stored object.
    DeleteObject(String),
    /// Add the labels that the labeller sees.
    Label(ProductId),
    /// Look for the same picture put up before by another member, and tell that one once this one is public.
    Compare(ProductId),
}

impl Task {
    /// What kind of task it is, in a word.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Mail(_) => "mail",
            Self::DeleteObject(_) => "delete_object",
            Self::Label(_) => "label",
            Self::Compare(_) => "compare",
        }
    }
}

/// A row that a worker holds the lease of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Identity; never used twice.
    pub id: JobId,
    /// What to do.
    pub task: Task,
    /// How often it was tried before.
    pub attempts: u32,
    /// When it was written.
    pub created: Timestamp,
}

/// Within a unit of work.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Outbox: Send {
    /// Writes a task, due at once.
    async fn add(&mut self, task: &Task, now: Timestamp) -> StoreResult<()>;
}

/// How a job went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done: the row goes.
    Done,
    /// Try again then; the reason is kept.
    Again(Timestamp, String),
    /// Never again: the row stays as a dead letter with the reason.
    Dead(String),
}

/// How full the outbox is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Depth {
    /// Rows that are due, those in work among them.
    pub due: i64,
    /// Rows that wait for another try.
    pub waiting: i64,
    /// Rows given up.
    pub dead: i64,
    /// Since when the oldest due row is due.
    pub oldest_due: Option<Timestamp>,
}

/// The worker's side. A claim is a lease: at most one worker holds a row at a time, and it is given
/// back by time if its worker dies.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait OutboxQueue: Send + Sync {
    /// Leases up to `limit` due rows to `owner` until `until`.
    async fn claim(
        &self,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<Job>>;
    /// Records the outcome, if the lease is still `owner`'s; answers whether it was.
    async fn settle(&self, job: &Job, owner: &str, outcome: &Outcome) -> StoreResult<bool>;
    /// How full it is at this moment.
    async fn depth(&self, now: Timestamp) -> StoreResult<Depth>;
}
