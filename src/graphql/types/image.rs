//! An image: a product as one viewer sees it.

use async_graphql::{Context, ID, Object, SimpleObject};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{ImageFormat, Time, User};
use crate::domain::picture::Rendition;
use crate::domain::product::{Product, Seen};
use crate::domain::viewer::Viewer;
use crate::graphql::batches::Batches;
use crate::graphql::context::Resolver;
use crate::graphql::loaders::Seeing;
use crate::graphql::schema::Services;

/// A picture put up by its owner.
pub struct Image {
    seen: Seen,
    viewer: Viewer,
}

impl Image {
    /// As `viewer`, who may see it, sees it.
    pub fn new(seen: Seen, viewer: Viewer) -> Self {
        Self { seen, viewer }
    }

    fn product(&self) -> &Product {
        &self.seen.product
    }

    fn link(&self, ctx: &Context<'_>, rendition: Rendition) -> async_graphql::Result<String> {
        Ok(ctx
            .get::<Services>()?
            .media
            .product_link(self.product(), rendition))
    }
}

/// A picture put up by its owner.
#[Object]
impl Image {
    /// Identity.
    async fn id(&self) -> ID {
        ID(self.product().id.to_string())
    }

    /// 1 to 100 characters.
    async fn title(&self) -> &str {
        self.product().listing.title.as_str()
    }

    /// At most 400 characters.
    async fn description(&self) -> &str {
        self.product().listing.description.as_str()
    }

    /// Its owner.
    async fn user(&self, ctx: &Context<'_>) -> async_graphql::Result<User> {
        User::load(ctx, self.product().owner, self.viewer).await
    }

    /// Lower-case words given by its owner or seen by the labeller.
    async fn labels(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<String>> {
        let labels = ctx
            .get::<Batches>()?
            .labels
            .load_one(self.product().id)
            .await?;
        Ok(labels
            .unwrap_or_default()
            .iter()
            .map(|label| label.as_str().to_owned())
            .collect())
    }

    /// The best rendition that the viewer is entitled to: originalUrl where it is not null, else previewUrl.
    async fn url(&self, ctx: &Context<'_>) -> async_graphql::Result<String> {
        let original = self.seen.access(self.viewer.user).original;
        self.link(
            ctx,
            if original {
                Rendition::Original
            } else {
                Rendition::Preview
            },
        )
    }

    /// At most 400 px on the long side, and at most half of the picture unless it is an icon.
    async fn thumbnail_url(&self, ctx: &Context<'_>) -> async_graphql::Result<String> {
        self.link(ctx, Rendition::Thumbnail)
    }

    /// At most 1600 px on the long side; watermarked while the image is for sale.
    async fn preview_url(&self, ctx: &Context<'_>) -> async_graphql::Result<String> {
        self.link(ctx, Rendition::Preview)
    }

    /// The picture as uploaded, its metadata stripped. For the owner and the buyers; for everyone who may see the image where it is not for sale; else null.
    async fn original_url(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        let original = self.seen.access(self.viewer.user).original;
        original
            .then(|| self.link(ctx, Rendition::Original))
            .transpose()
    }

    /// Hidden from everyone but its owner and its buyers.
    async fn private(&self) -> bool {
        self.product().listing.private
    }

    /// Can be bought.
    async fn for_sale(&self) -> bool {
        self.product().listing.for_sale
    }

    /// Put away: hidden from everyone but its owner and its buyers.
    async fn archived(&self) -> bool {
        self.product().listing.archived
    }

    /// When it was put up.
    async fn created(&self) -> Time {
        Time(self.product().created)
    }

    /// When its owner last changed it.
    async fn updated(&self) -> Time {
        Time(self.product().updated)
    }

    /// The list price.
    async fn price(&self) -> f64 {
        self.product().listing.price.to_f64()
    }

    /// ISO 4217.
    async fn currency(&self) -> &str {
        self.product().currency.as_str()
    }

    /// 0 to 100.
    async fn discount_percent(&self) -> i64 {
        self.product().listing.discount.get()
    }

    /// What a buyer pays now: price less discount, rounded half up to the cent.
    async fn final_price(&self) -> f64 {
        self.product().listing.final_price().to_f64()
    }

    /// The viewer bought it.
    async fn purchased(&self) -> bool {
        self.seen.bought
    }

    /// The viewer put it up.
    async fn owned(&self) -> bool {
        self.product().owner == self.viewer.user
    }

    /// Pixels across, as displayed.
    async fn width(&self) -> u32 {
        self.product().facts.width
    }

    /// Pixels down, as displayed.
    async fn height(&self) -> u32 {
        self.product().facts.height
    }

    /// Of the original.
    async fn format(&self) -> ImageFormat {
        self.product().facts.format.into()
    }

    /// Size of the original in bytes.
    async fn size(&self) -> u64 {
        self.product().facts.size
    }

    /// Another member's image that showed the same picture before; null where there is none, or the viewer may not see it.
    async fn duplicate_of(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Image>> {
        let Some(at) = self.product().duplicate_of else {
            return Ok(None);
        };
        let viewer = self.viewer;
        let batches = ctx.get::<Batches>()?;
        let seen = batches.products.load_one(Seeing { viewer, at }).await?;
        Ok(seen.map(|seen| Self::new(seen, viewer)))
    }

    /// A ThumbHash in base64: a blurred placeholder to draw before the picture arrives.
    async fn placeholder(&self) -> String {
        STANDARD.encode(&self.product().facts.placeholder)
    }
}

/// An image that looks like another.
#[derive(SimpleObject)]
pub struct SimilarImage {
    /// The image.
    pub image: Image,
    /// Cosine similarity of the two pictures' embeddings, 1.0 for the same picture.
    pub similarity: f64,
}

/// How often a label is used.
#[derive(SimpleObject)]
pub struct LabelCount {
    /// The label.
    pub name: String,
    /// Images with it that the viewer may see.
    pub count: i64,
}
