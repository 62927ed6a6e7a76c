//! Products in the database.

use async_trait::async_trait;

use super::store::StoreResult;
use crate::domain::id::{ProductId, UserId};
use crate::domain::label::{Label, LabelCount};
use crate::domain::page::PageRequest;
use crate::domain::product::{Listing, NewProduct, ObjectKeys, Product, Seen};
use crate::domain::search::{ProductFilter, ProductOrder};
use crate::domain::timestamp::Timestamp;
use crate::domain::words::Word;

/// The words under which a product is found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchWords {
    /// Of the title.
    pub title: Vec<Word>,
    /// Of the description.
    pub description: Vec<Word>,
    /// Of the labels.
    pub labels: Vec<Word>,
    /// Of what the labels are also called, and are kinds of.
    pub related: Vec<Word>,
}

/// What a member has stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Products.
    pub count: i64,
    /// Bytes of all their files: originals and what was made of them.
    pub bytes: i64,
}

/// That a member is told of a copy of their image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyNotice {
    /// The image that was first, the recipient's.
    pub earlier: ProductId,
    /// Who put up the copy.
    pub copier: UserId,
    /// Who is told.
    pub recipient: UserId,
    /// Now.
    pub time: Timestamp,
}

/// Reading. Lists MUST hold exactly what [`Product::access`] lets the viewer see.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait ProductReader: Send + Sync {
    /// A product whoever may see it, with the fact whether `viewer` bought it: the caller MUST judge access.
    async fn find(&self, viewer: UserId, id: ProductId) -> StoreResult<Option<Seen>>;
    /// A product whoever may see it, for links without a session.
    async fn find_for_link(&self, id: ProductId) -> StoreResult<Option<Product>>;
    /// The same as `find` for several; ids without a product are left out, in no order.
    async fn find_all(&self, viewer: UserId, ids: &[ProductId]) -> StoreResult<Vec<Seen>>;
    /// Rows of a page in the direction of the walk, one more than wanted where there are more.
    async fn page(
        &self,
        viewer: UserId,
        filter: &ProductFilter,
        order: ProductOrder,
        page: &PageRequest,
    ) -> StoreResult<Vec<Seen>>;
    /// Those of `ids` that a search finds, in no order.
    async fn among(
        &self,
        viewer: UserId,
        filter: &ProductFilter,
        ids: &[ProductId],
    ) -> StoreResult<Vec<Seen>>;
    /// How many of `ids`, each given once, a search finds.
    async fn count_among(
        &self,
        viewer: UserId,
        filter: &ProductFilter,
        ids: &[ProductId],
    ) -> StoreResult<i64>;
    /// How many a search finds.
    async fn count(&self, viewer: UserId, filter: &ProductFilter) -> StoreResult<i64>;
    /// The newest `limit` products of each owner that the viewer may see, newest first for each, in one statement.
    async fn newest_of(
        &self,
        viewer: UserId,
        owners: &[UserId],
        limit: u32,
    ) -> StoreResult<Vec<Seen>>;
    /// Labels of products, each product's in its owner's order.
    async fn labels_of(&self, ids: &[ProductId]) -> StoreResult<Vec<(ProductId, Label)>>;
    /// Labels in use on what the viewer may see, that start with `prefix` (lower case), most used first, ties by name.
    async fn label_counts(
        &self,
        viewer: UserId,
        prefix: &str,
        limit: u32,
    ) -> StoreResult<Vec<LabelCount>>;
    /// Keys of the products behind `after`, ascending, at most `limit`; whoever may see them.
    async fn keys_after(
        &self,
        after: ProductId,
        limit: u32,
    ) -> StoreResult<Vec<(ProductId, ObjectKeys)>>;
    /// A currency in use that is not `currency`, if any.
    async fn foreign_currency(&self, currency: &str) -> StoreResult<Option<String>>;
}

/// Writing, within a unit of work.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Products: Send {
    /// Inserts a product without labels or words.
    async fn add(&mut self, product: &NewProduct) -> StoreResult<ProductId>;
    /// Reads and locks rows until the unit ends, in id order; ids without one are left out.
    async fn lock(&mut self, ids: &[ProductId]) -> StoreResult<Vec<Product>>;
    /// Labels of a locked product, in their order.
    async fn labels(&mut self, id: ProductId) -> StoreResult<Vec<Label>>;
    /// Writes what the owner decides.
    async fn update(&mut self, id: ProductId, listing: &Listing, now: Timestamp)
    -> StoreResult<()>;
    /// Replaces all labels.
    async fn set_labels(&mut self, id: ProductId, labels: &[Label]) -> StoreResult<()>;
    /// Replaces all words.
    async fn set_words(&mut self, id: ProductId, words: &SearchWords) -> StoreResult<()>;
    /// Notes that it shows what `earlier` showed before, and whether that one's owner was told.
    async fn set_duplicate(
        &mut self,
        id: ProductId,
        earlier: ProductId,
        told: bool,
    ) -> StoreResult<()>;
    /// Whether a notice of the same image and copier was noted before.
    async fn was_told(&mut self, notice: &CopyNotice) -> StoreResult<bool>;
    /// How many notices its recipient got after `since`; to be asked under the lock of their row.
    async fn count_notices(&mut self, notice: &CopyNotice, since: Timestamp) -> StoreResult<i64>;
    /// Notes a notice; a second one of the same image and copier is a `Conflict` on `notice`.
    async fn note_told(&mut self, notice: &CopyNotice) -> StoreResult<()>;
    /// Removes a product with its labels, words, embedding and notices.
    async fn remove(&mut self, id: ProductId) -> StoreResult<()>;
    /// What a member has stored, to be asked under the lock of their row.
    async fn usage(&mut self, owner: UserId) -> StoreResult<Usage>;
}
