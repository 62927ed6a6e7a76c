//! A sale.

use async_graphql::{Context, ID, Object};

use super::{Image, Time, User};
use crate::domain::sale;
use crate::domain::viewer::Viewer;
use crate::graphql::batches::Batches;
use crate::graphql::context::Resolver;
use crate::graphql::error::ApiError;
use crate::graphql::loaders::Seeing;
use crate::ports::store::StoreError;

/// A sale as its buyer or its seller sees it.
pub struct Sale {
    sale: sale::Sale,
    viewer: Viewer,
}

impl Sale {
    /// As `viewer`, one of its two sides, sees it.
    pub fn new(sale: sale::Sale, viewer: Viewer) -> Self {
        Self { sale, viewer }
    }
}

/// One purchase of one image by one buyer, as it was agreed.
#[Object]
impl Sale {
    /// Identity.
    async fn id(&self) -> ID {
        ID(self.sale.id.to_string())
    }

    /// What was sold, as it is now.
    async fn image(&self, ctx: &Context<'_>) -> async_graphql::Result<Image> {
        let key = Seeing {
            viewer: self.viewer,
            at: self.sale.of.product,
        };
        let seen = ctx.get::<Batches>()?.products.load_one(key).await?;
        // Buyers and owners see a product for ever, and one that was sold is never deleted.
        let seen = seen.ok_or_else(|| {
            StoreError::Failed(format!("sold product {} is gone", self.sale.of.product)).api()
        })?;
        Ok(Image::new(seen, self.viewer))
    }

    /// Who bought it.
    async fn buyer(&self, ctx: &Context<'_>) -> async_graphql::Result<User> {
        User::load(ctx, self.sale.of.buyer, self.viewer).await
    }

    /// Who sold it.
    async fn seller(&self, ctx: &Context<'_>) -> async_graphql::Result<User> {
        User::load(ctx, self.sale.of.seller, self.viewer).await
    }

    /// When.
    async fn time(&self) -> Time {
        Time(self.sale.of.time)
    }

    /// Of the image when it was sold.
    async fn title(&self) -> &str {
        self.sale.of.title.as_str()
    }

    /// What was paid.
    async fn price(&self) -> f64 {
        self.sale.of.price.to_f64()
    }

    /// ISO 4217.
    async fn currency(&self) -> &str {
        self.sale.of.currency.as_str()
    }

    /// The image's price before the discount.
    async fn list_price(&self) -> f64 {
        self.sale.of.list_price.to_f64()
    }

    /// The discount then, 0 to 100.
    async fn discount_percent(&self) -> i64 {
        self.sale.of.discount.get()
    }
}
