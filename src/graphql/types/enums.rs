//! Enumerations, mapped from and to the domain's.

use async_graphql::Enum;

use crate::domain::{picture, search, user};

/// What a member may do beyond others.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "user::Role")]
pub enum Role {
    /// Sees other members' e-mail addresses and unconfirmed accounts.
    Admin,
    /// Reserved for moderation.
    Moderator,
    /// Everyone else.
    User,
}

/// Formats of originals.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "picture::ImageFormat")]
pub enum ImageFormat {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    Webp,
}

/// Orders of a search. Ties are broken by id in the order's direction.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum ImageOrder {
    /// Latest first.
    Newest,
    /// Earliest first.
    Oldest,
    /// Cheapest finalPrice first.
    PriceAsc,
    /// Dearest finalPrice first.
    PriceDesc,
    /// Largest discount first.
    DiscountDesc,
    /// Most alike first, with the filter image; NEWEST without it.
    Relevance,
}

impl From<ImageOrder> for search::ProductOrder {
    fn from(order: ImageOrder) -> Self {
        match order {
            ImageOrder::Newest | ImageOrder::Relevance => Self::Newest,
            ImageOrder::Oldest => Self::Oldest,
            ImageOrder::PriceAsc => Self::PriceAsc,
            ImageOrder::PriceDesc => Self::PriceDesc,
            ImageOrder::DiscountDesc => Self::DiscountDesc,
        }
    }
}
