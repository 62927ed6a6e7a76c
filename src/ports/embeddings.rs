//! Embeddings in the database, one a product at most.

use async_trait::async_trait;

use super::store::StoreResult;
use crate::domain::embedding::{Embedding, ModelId};
use crate::domain::id::ProductId;
use crate::domain::timestamp::Timestamp;

/// Reading, across owners: whoever shows products that are found by it MUST judge access.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait EmbeddingReader: Send + Sync {
    /// The embeddings of these products by `model`; products without one are left out, in no order.
    async fn of(
        &self,
        model: &ModelId,
        ids: &[ProductId],
    ) -> StoreResult<Vec<(ProductId, Embedding)>>;
    /// Ids behind `after` that have an embedding by `model`, ascending, at most `limit`.
    async fn ids_after(
        &self,
        model: &ModelId,
        after: ProductId,
        limit: u32,
    ) -> StoreResult<Vec<ProductId>>;
    /// Ids whose embedding by `model` was written at `since` or later, ascending.
    async fn written_since(&self, model: &ModelId, since: Timestamp)
    -> StoreResult<Vec<ProductId>>;
    /// Products behind `after` that have no embedding by `model`, ascending, at most `limit`.
    async fn missing(
        &self,
        model: &ModelId,
        after: ProductId,
        limit: u32,
    ) -> StoreResult<Vec<ProductId>>;
}

/// Writing, within a unit of work. An embedding goes with its product (`Products::remove`).
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Embeddings: Send {
    /// Keeps an embedding, in place of the one that was there.
    async fn set(
        &mut self,
        id: ProductId,
        embedding: &Embedding,
        now: Timestamp,
    ) -> StoreResult<()>;
}
