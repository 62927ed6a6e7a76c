//! Finding the embeddings that are nearest to one.

use async_trait::async_trait;
use thiserror::Error;

use crate::domain::embedding::{Embedding, Similarity};
use crate::domain::id::ProductId;

/// An indexed product and how like the query it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neighbour {
    /// The product.
    pub id: ProductId,
    /// As far as the index knows: it may be off by a thousandth or two, as it keeps less than the floats.
    pub similarity: Similarity,
}

/// Why an index did not answer.
#[derive(Debug, Error)]
pub enum IndexError {
    /// So many search already that one more would only wait.
    #[error("too many searches at once")]
    Busy,
    /// Anything else.
    #[error("the vector index failed: {0}")]
    Failed(String),
}

/// Result of an index's operation.
pub type IndexResult<T> = Result<T, IndexError>;

/// An index of the embeddings of one model by direction. It knows nothing of access: whoever asks MUST judge it.
///
/// `nearest` MUST find at least 98 of 100 of the exact ten nearest, at every size, MUST answer most alike first with
/// ties by id (lowest first), and MUST leave out what is less alike than `least`. What `put` and `remove` have
/// answered MUST be seen by every `nearest` that begins afterwards. Embeddings of another model or length are ignored.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait VectorIndex: Send + Sync {
    /// The best `limit` of those at least `least` alike, best first.
    async fn nearest(
        &self,
        query: &Embedding,
        least: Similarity,
        limit: usize,
    ) -> IndexResult<Vec<Neighbour>>;
    /// Adds, or replaces what stands under these ids.
    async fn put(&self, items: Vec<(ProductId, Embedding)>) -> IndexResult<()>;
    /// Removes; ids that it does not hold are passed over.
    async fn remove(&self, ids: &[ProductId]) -> IndexResult<()>;
    /// All ids that it holds, ascending.
    async fn ids(&self) -> IndexResult<Vec<ProductId>>;
}
