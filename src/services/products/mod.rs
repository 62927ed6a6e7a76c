//! Products: putting pictures up, changing and finding them.

mod change;
mod find;
mod label;
mod query;
#[cfg(test)]
mod tests;
mod upload;

use std::sync::Arc;

use async_trait::async_trait;
use thiserror::Error;
use tokio::sync::Semaphore;

use crate::domain::id::{ProductId, UserId};
use crate::domain::invalid::Invalid;
use crate::domain::label::{Label, LabelCount};
use crate::domain::money::Currency;
use crate::domain::page::{Page, RawPage};
use crate::domain::product::Seen;
use crate::domain::search::ProductOrder;
use crate::domain::viewer::Viewer;
use crate::ports::chance::Random;
use crate::ports::clock::Clock;
use crate::ports::objects::{ObjectError, ObjectStore};
use crate::ports::pictures::{PictureError, SpooledFile, Studio};
use crate::ports::store::{Store, StoreError};
use crate::services::labelling::{Labelling, LabellingError};
use crate::services::retry::contended;
use crate::services::similarity::{Alike, Duplicates, Look, SimilarError};

pub use find::Found;
pub use query::ImageSearch;

/// A picture to be put up, as it arrives.
#[derive(Debug)]
pub struct NewImage {
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// Labels.
    pub labels: Vec<String>,
    /// The picture.
    pub file: SpooledFile,
    /// Hidden from others.
    pub private: bool,
    /// Can be bought.
    pub for_sale: bool,
    /// List price.
    pub price: f64,
    /// Discount in percent.
    pub discount_percent: i64,
    /// Have the labeller add what it sees, after the upload.
    pub auto_label: bool,
}

/// A change of a product: only what is `Some` changes.
#[derive(Debug, Clone, Default)]
pub struct ImageChange {
    /// Which product.
    pub id: String,
    /// Title.
    pub title: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// All labels, in place of those it has.
    pub labels: Option<Vec<String>>,
    /// Hidden from others.
    pub private: Option<bool>,
    /// Can be bought.
    pub for_sale: Option<bool>,
    /// List price.
    pub price: Option<f64>,
    /// Put away, or taken out again.
    pub archived: Option<bool>,
    /// Discount in percent.
    pub discount_percent: Option<i64>,
}

/// Why nothing was put up.
#[derive(Debug, Error)]
pub enum UploadError {
    /// An input is refused; its path begins with its index.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A picture is refused or could not be worked on.
    #[error("{error}")]
    Picture {
        /// Which input.
        index: usize,
        /// Why.
        error: PictureError,
    },
    /// The member has as many images or bytes as one may have.
    #[error("{0}")]
    Quota(String),
    /// The object store failed.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a product was not changed or deleted.
#[derive(Debug, Error)]
pub enum ChangeError {
    /// An input is refused.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// It does not exist, or the viewer may not see it.
    #[error("there is no such image")]
    NotFound,
    /// It is another member's.
    #[error("only its owner may do this")]
    Forbidden,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why nothing was searched.
#[derive(Debug, Error)]
pub enum SearchError {
    /// A filter is refused; its path does not name the argument it came in.
    #[error(transparent)]
    Filter(Invalid),
    /// A page argument is refused.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// There is no such image to be compared with, as far as the viewer may know.
    #[error("there is no such image")]
    NotFound,
    /// Pictures cannot be searched now.
    #[error(transparent)]
    Similar(#[from] SimilarError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why nothing was labelled.
#[derive(Debug, Error)]
pub enum LabelImageError {
    /// It does not exist, or the viewer may not see it.
    #[error("there is no such image")]
    NotFound,
    /// It is another member's.
    #[error("only its owner may do this")]
    Forbidden,
    /// Labelling failed.
    #[error(transparent)]
    Labelling(#[from] LabellingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SearchError {
    /// The same with the name of the filter's argument in front of its path.
    #[must_use]
    pub fn filter_named(self, argument: &str) -> Self {
        match self {
            Self::Filter(invalid) => Self::Filter(invalid.under(argument)),
            other => other,
        }
    }
}

contended!(UploadError, ChangeError);

/// What a member may do with products (rules, "Who may do what with an image", Text, Paging, Limits).
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait ProductsService: Send + Sync {
    /// Puts up 1 to 20 pictures: all or none.
    async fn upload(
        &self,
        viewer: &Viewer,
        images: Vec<NewImage>,
    ) -> Result<Vec<Seen>, UploadError>;
    /// Changes one of the viewer's products.
    async fn update(&self, viewer: &Viewer, change: ImageChange) -> Result<Seen, ChangeError>;
    /// Deletes products of the viewer, all or none; those that were sold are archived instead.
    async fn delete(&self, viewer: &Viewer, ids: Vec<String>) -> Result<(), ChangeError>;
    /// One product, if the viewer may see it.
    async fn get(&self, viewer: &Viewer, id: &str) -> Result<Option<Seen>, StoreError>;
    /// Products by id, those that the viewer may see.
    async fn by_ids(&self, viewer: &Viewer, ids: &[ProductId]) -> Result<Vec<Seen>, StoreError>;
    /// Adds what the labeller sees to one of the viewer's products and answers with all its labels.
    async fn label(&self, viewer: &Viewer, id: &str) -> Result<Vec<Label>, LabelImageError>;
    /// Looks at a picture that is searched by; refuses what an upload refuses. Nothing of it is kept.
    async fn look(&self, viewer: &Viewer, file: SpooledFile) -> Result<Look, PictureError>;
    /// What looks like one product that the viewer may see, most alike first, itself left out.
    async fn similar(
        &self,
        viewer: &Viewer,
        id: &str,
        first: i64,
    ) -> Result<Vec<Alike>, SearchError>;
    /// The newest that fit, at most 100; with a picture, the most alike ones.
    async fn list(
        &self,
        viewer: &Viewer,
        search: ImageSearch,
        first: i64,
    ) -> Result<Vec<Seen>, SearchError>;
    /// One page of those that fit, in that order; with a picture, most alike first.
    async fn search(
        &self,
        viewer: &Viewer,
        search: ImageSearch,
        order: ProductOrder,
        page: RawPage,
    ) -> Result<Page<Found>, SearchError>;
    /// How many fit.
    async fn count(&self, viewer: &Viewer, search: ImageSearch) -> Result<i64, SearchError>;
    /// The newest of each owner that the viewer may see.
    async fn newest_of(
        &self,
        viewer: &Viewer,
        owners: &[UserId],
        limit: u32,
    ) -> Result<Vec<Seen>, StoreError>;
    /// Labels of products that the viewer was shown.
    async fn labels_of(&self, ids: &[ProductId]) -> Result<Vec<(ProductId, Label)>, StoreError>;
    /// Labels in use on what the viewer may see, most used first.
    async fn label_counts(
        &self,
        viewer: &Viewer,
        prefix: Option<String>,
        first: i64,
    ) -> Result<Vec<LabelCount>, SearchError>;
}

/// Limits on uploads (rules, Limits).
#[derive(Debug, Clone, Copy)]
pub struct UploadLimits {
    /// Pictures a request.
    pub files: usize,
    /// Products a member.
    pub images: i64,
    /// Bytes of originals a member.
    pub bytes: i64,
}

impl Default for UploadLimits {
    fn default() -> Self {
        Self {
            files: 20,
            images: 10_000,
            bytes: 20 << 30,
        }
    }
}

/// The service over its ports.
pub struct Products {
    /// Rows.
    pub store: Arc<dyn Store>,
    /// Bytes.
    pub objects: Arc<dyn ObjectStore>,
    /// Work on pictures.
    pub studio: Arc<dyn Studio>,
    /// What pictures show, in words.
    pub labelling: Labelling,
    /// Which pictures look alike, and which are the same.
    pub duplicates: Duplicates,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance, for object keys.
    pub random: Arc<dyn Random>,
    /// The marketplace's currency.
    pub currency: Currency,
    /// Limits on uploads.
    pub limits: UploadLimits,
    /// One for each picture whose finished bytes may be held at once, by all requests together: a slow object store must
    /// not fill the memory.
    pub desks: Arc<Semaphore>,
}

#[async_trait]
impl ProductsService for Products {
    async fn upload(
        &self,
        viewer: &Viewer,
        images: Vec<NewImage>,
    ) -> Result<Vec<Seen>, UploadError> {
        upload::upload(self, viewer, images).await
    }

    async fn update(&self, viewer: &Viewer, change: ImageChange) -> Result<Seen, ChangeError> {
        change::update(self, viewer, &change).await
    }

    async fn delete(&self, viewer: &Viewer, ids: Vec<String>) -> Result<(), ChangeError> {
        change::delete(self, viewer, &ids).await
    }

    async fn get(&self, viewer: &Viewer, id: &str) -> Result<Option<Seen>, StoreError> {
        find::get(self, viewer, id).await
    }

    async fn by_ids(&self, viewer: &Viewer, ids: &[ProductId]) -> Result<Vec<Seen>, StoreError> {
        find::by_ids(self, viewer, ids).await
    }

    async fn label(&self, viewer: &Viewer, id: &str) -> Result<Vec<Label>, LabelImageError> {
        label::label(self, viewer, id).await
    }

    async fn look(&self, _viewer: &Viewer, file: SpooledFile) -> Result<Look, PictureError> {
        self.studio.examine(file).await.map(Look::from)
    }

    async fn similar(
        &self,
        viewer: &Viewer,
        id: &str,
        first: i64,
    ) -> Result<Vec<Alike>, SearchError> {
        find::similar(self, viewer, id, first).await
    }

    async fn list(
        &self,
        viewer: &Viewer,
        search: ImageSearch,
        first: i64,
    ) -> Result<Vec<Seen>, SearchError> {
        find::list(self, viewer, &search, first).await
    }

    async fn search(
        &self,
        viewer: &Viewer,
        search: ImageSearch,
        order: ProductOrder,
        page: RawPage,
    ) -> Result<Page<Found>, SearchError> {
        find::search(self, viewer, &search, order, &page).await
    }

    async fn count(&self, viewer: &Viewer, search: ImageSearch) -> Result<i64, SearchError> {
        find::count(self, viewer, &search).await
    }

    async fn newest_of(
        &self,
        viewer: &Viewer,
        owners: &[UserId],
        limit: u32,
    ) -> Result<Vec<Seen>, StoreError> {
        self.store
            .products()
            .newest_of(viewer.user, owners, limit)
            .await
    }

    async fn labels_of(&self, ids: &[ProductId]) -> Result<Vec<(ProductId, Label)>, StoreError> {
        self.store.products().labels_of(ids).await
    }

    async fn label_counts(
        &self,
        viewer: &Viewer,
        prefix: Option<String>,
        first: i64,
    ) -> Result<Vec<LabelCount>, SearchError> {
        find::label_counts(self, viewer, prefix.as_deref(), first).await
    }
}
