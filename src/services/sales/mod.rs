//! Sales: buying, and what was bought and sold.

mod buy;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use thiserror::Error;

use crate::domain::invalid::Invalid;
use crate::domain::money::Cents;
use crate::domain::page::{self, Page, PageRequest, RawPage};
use crate::domain::sale::Sale;
use crate::domain::viewer::Viewer;
use crate::ports::clock::Clock;
use crate::ports::store::{Store, StoreError};
use crate::services::retry::Contended;

/// The order symbol in cursors of purchases: by time, latest first.
pub const PURCHASES: char = 's';

/// A wish to buy, as it arrives.
#[derive(Debug, Clone, Default)]
pub struct Purchase {
    /// Which product.
    pub id: String,
    /// Refuse any other price.
    pub expected_price: Option<f64>,
    /// The client's name for this attempt.
    pub idempotency_key: Option<String>,
}

/// Why nothing was sold.
#[derive(Debug, Error)]
pub enum BuyError {
    /// An input is refused.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// It is the buyer's own.
    #[error("this image is yours")]
    Own,
    /// The key was used with other arguments.
    #[error("this idempotency key was used for another purchase")]
    KeyMismatch,
    /// It does not exist, or the buyer may not see it.
    #[error("there is no such image")]
    NotFound,
    /// It is not for sale.
    #[error("this image is not for sale")]
    NotForSale,
    /// The price in force is not the expected one.
    #[error("the price is {now} now")]
    PriceChanged {
        /// The price in force.
        now: Cents,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Contended for BuyError {
    /// A sale or key that appeared meanwhile is found when the use case runs again.
    fn is_contention(&self) -> bool {
        matches!(
            self,
            Self::Store(StoreError::Contention | StoreError::Conflict(_))
        )
    }
}

/// Why no purchases are listed.
#[derive(Debug, Error)]
pub enum ListError {
    /// A page argument is refused.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came of a wish to buy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    /// The sale.
    pub sale: Sale,
    /// Whether it was made now, or the buyer had bought it before.
    pub is_new: bool,
}

/// Buying (rules, Money; C1–C8).
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait SalesService: Send + Sync {
    /// Sells a product to the viewer, exactly once however often it is asked.
    async fn buy(&self, viewer: &Viewer, purchase: Purchase) -> Result<Bought, BuyError>;
    /// What the viewer bought and sold, newest first.
    async fn list(&self, viewer: &Viewer, first: i64) -> Result<Vec<Sale>, ListError>;
    /// What the viewer bought, page by page.
    async fn purchases(&self, viewer: &Viewer, page: RawPage) -> Result<Page<Sale>, ListError>;
    /// How much the viewer bought.
    async fn count_purchases(&self, viewer: &Viewer) -> Result<i64, StoreError>;
}

/// The service over its ports.
pub struct Sales {
    /// Rows.
    pub store: Arc<dyn Store>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl SalesService for Sales {
    async fn buy(&self, viewer: &Viewer, purchase: Purchase) -> Result<Bought, BuyError> {
        buy::buy(self, viewer, &purchase).await
    }

    async fn list(&self, viewer: &Viewer, first: i64) -> Result<Vec<Sale>, ListError> {
        let size = page::size("first", first)?;
        Ok(self.store.sales().of_member(viewer.user, size).await?)
    }

    async fn purchases(&self, viewer: &Viewer, page: RawPage) -> Result<Page<Sale>, ListError> {
        let request = PageRequest::parse(&page, PURCHASES)?;
        let rows = self.store.sales().purchases(viewer.user, &request).await?;
        Ok(request.page(rows))
    }

    async fn count_purchases(&self, viewer: &Viewer) -> Result<i64, StoreError> {
        self.store.sales().count_purchases(viewer.user).await
    }
}
