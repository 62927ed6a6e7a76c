//! The database as services see it: readers, and units of work.

use async_trait::async_trait;
use thiserror::Error;

use super::embeddings::{EmbeddingReader, Embeddings};
use super::journal::Journal;
use super::outbox::Outbox;
use super::products::{ProductReader, Products};
use super::sales::{SaleReader, Sales};
use super::tokens::MailTokens;
use super::users::{UserReader, Users};

/// What can go wrong with a store.
#[derive(Debug, Error)]
pub enum StoreError {
    /// It does not answer, is read-only, or has no connection to spare. Nothing is known of a commit under way.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// Another unit was in the way (deadlock, lock time-out, busy): the whole use case may be tried again.
    #[error("another transaction was in the way")]
    Contention,
    /// A uniqueness rule was hit: `username`, `email`, `sale` or `key`.
    #[error("{0} is in use")]
    Conflict(&'static str),
    /// A row does not read as what was written there.
    #[error("{table}.{column} of {row} is broken")]
    Corrupt {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// Key of the row.
        row: String,
    },
    /// Anything else.
    #[error("store: {0}")]
    Failed(String),
}

/// Result of a store's operation.
pub type StoreResult<T> = Result<T, StoreError>;

/// A database.
#[async_trait]
pub trait Store: Send + Sync {
    /// Begins a unit of work.
    async fn begin(&self) -> StoreResult<Box<dyn UnitOfWork>>;
    /// Reads members.
    fn users(&self) -> &dyn UserReader;
    /// Reads products.
    fn products(&self) -> &dyn ProductReader;
    /// Reads sales.
    fn sales(&self) -> &dyn SaleReader;
    /// Reads embeddings.
    fn embeddings(&self) -> &dyn EmbeddingReader;
    /// Whether it answers.
    async fn ping(&self) -> StoreResult<()>;
}

/// A transaction over all repositories. Dropping it without [`UnitOfWork::commit`] rolls everything back.
/// No call over the network other than to the database may be awaited while one is open.
#[must_use = "a unit that is not committed is rolled back"]
#[async_trait]
pub trait UnitOfWork: Send {
    /// Members.
    fn users(&mut self) -> &mut dyn Users;
    /// Mailed tokens.
    fn tokens(&mut self) -> &mut dyn MailTokens;
    /// Products.
    fn products(&mut self) -> &mut dyn Products;
    /// Sales.
    fn sales(&mut self) -> &mut dyn Sales;
    /// Outbox.
    fn outbox(&mut self) -> &mut dyn Outbox;
    /// Journal of uploads.
    fn journal(&mut self) -> &mut dyn Journal;
    /// Embeddings.
    fn embeddings(&mut self) -> &mut dyn Embeddings;
    /// Makes everything last.
    async fn commit(self: Box<Self>) -> StoreResult<()>;
}
