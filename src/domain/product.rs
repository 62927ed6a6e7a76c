//! Products and the one place where access to them is decided.

use super::id::{ProductId, UserId};
use super::money::{Cents, Currency, Percent};
use super::picture::{PictureFacts, Rendition};
use super::text::{Description, Title};
use super::timestamp::Timestamp;

/// Object keys of a product's files. They are unguessable and never shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectKeys {
    /// The original.
    pub original: String,
    /// The thumbnail.
    pub thumbnail: String,
    /// The preview without watermark.
    pub preview: String,
    /// The preview under its watermark.
    pub watermarked: String,
}

impl ObjectKeys {
    /// All keys.
    #[must_use]
    pub fn all(&self) -> [&str; 4] {
        [
            &self.original,
            &self.thumbnail,
            &self.preview,
            &self.watermarked,
        ]
    }
}

/// What an owner decides about a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Title.
    pub title: Title,
    /// Description.
    pub description: Description,
    /// Hidden from everyone but the owner and the buyers.
    pub private: bool,
    /// Can be bought; the preview is watermarked.
    pub for_sale: bool,
    /// Put away: hidden as if private.
    pub archived: bool,
    /// List price.
    pub price: Cents,
    /// Discount on it.
    pub discount: Percent,
}

impl Listing {
    /// What a buyer pays now.
    #[must_use]
    pub const fn final_price(&self) -> Cents {
        self.price.less(self.discount)
    }
}

/// A picture put up by its owner. The API calls it `Image`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Identity.
    pub id: ProductId,
    /// Whose.
    pub owner: UserId,
    /// What the owner decides.
    pub listing: Listing,
    /// Currency of the prices.
    pub currency: Currency,
    /// When it was put up.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
    /// What is known of the picture.
    pub facts: PictureFacts,
    /// Where its files are.
    pub keys: ObjectKeys,
    /// The product of another member that showed the same picture before. It may be hidden, or gone.
    pub duplicate_of: Option<ProductId>,
    /// That one's owner was told, or need not be.
    pub duplicate_told: bool,
}

/// A product together with the one fact about the viewer that its row does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The product.
    pub product: Product,
    /// The viewer bought it.
    pub bought: bool,
}

/// What a member may do with a product: a row of the table "Who may do what with an image" (rules).
#[expect(
    clippy::struct_excessive_bools,
    reason = "the letters of the access table, one each"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// M: its data, thumbnail and preview.
    pub see: bool,
    /// O: the original's bytes.
    pub original: bool,
    /// U: update, labels, delete.
    pub manage: bool,
    /// B: buy.
    pub buy: bool,
    /// I: buying again answers with the first sale.
    pub bought: bool,
}

impl Product {
    /// Whether everyone who is signed in may see it.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        !self.listing.private && !self.listing.archived
    }

    /// The access table.
    #[must_use]
    pub fn access(&self, member: UserId, bought: bool) -> Access {
        let owner = self.owner == member;
        let public = self.is_public();
        Access {
            see: owner || bought || public,
            original: owner || bought || (public && !self.listing.for_sale),
            manage: owner,
            buy: !owner && !bought && public && self.listing.for_sale,
            bought,
        }
    }

    /// The object behind a rendition at this moment: `for_sale` selects between the two previews.
    #[must_use]
    pub fn object_key(&self, rendition: Rendition) -> &str {
        match rendition {
            Rendition::Original => &self.keys.original,
            Rendition::Thumbnail => &self.keys.thumbnail,
            Rendition::Preview if self.listing.for_sale => &self.keys.watermarked,
            Rendition::Preview => &self.keys.preview,
        }
    }
}

impl Seen {
    /// What `member`, of whom `bought` speaks, may do.
    #[must_use]
    pub fn access(&self, member: UserId) -> Access {
        self.product.access(member, self.bought)
    }
}

/// A product about to be inserted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProduct {
    /// Whose.
    pub owner: UserId,
    /// What the owner decides.
    pub listing: Listing,
    /// Currency of the prices.
    pub currency: Currency,
    /// Now.
    pub created: Timestamp,
    /// What is known of the picture.
    pub facts: PictureFacts,
    /// Where its files are.
    pub keys: ObjectKeys,
}

#[cfg(test)]
#[path = "product_tests.rs"]
mod tests;
