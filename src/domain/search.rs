//! What a search asks for. Every filter narrows what the viewer may see; none widens it.

use super::id::{ProductId, UserId};
use super::label::Label;
use super::money::Cents;
use super::product::Product;
use super::words::WordQuery;

/// Filters; all that are given must hold.
#[derive(Debug, Clone, Default)]
pub struct ProductFilter {
    /// This product. `Some(None)`: an id that names nothing.
    pub id: Option<Option<ProductId>>,
    /// Of this owner. `Some(None)`: an id that names nobody.
    pub owner: Option<Option<UserId>>,
    /// Every word is a prefix of a word of the title.
    pub title: WordQuery,
    /// Every word stands in the title, the description or the labels.
    pub text: WordQuery,
    /// With these labels; empty: not given.
    pub labels: Vec<Label>,
    /// All of the labels instead of any.
    pub match_all: bool,
    /// The flag compared.
    pub private: Option<bool>,
    /// The flag compared.
    pub archived: Option<bool>,
    /// The flag compared.
    pub for_sale: Option<bool>,
    /// At most this final price.
    pub price_limit: Option<Cents>,
    /// At most this discount.
    pub discount_limit: Option<i64>,
    /// The viewer bought it, or did not.
    pub purchased: Option<bool>,
}

impl ProductFilter {
    /// Whether nothing can pass, so that the database need not be asked.
    #[must_use]
    pub fn finds_nothing(&self) -> bool {
        self.id == Some(None)
            || self.owner == Some(None)
            || self.title == WordQuery::Nothing
            || self.text == WordQuery::Nothing
    }
}

/// Orders of a list; ties are broken by id in the order's direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProductOrder {
    /// By creation, latest first.
    Newest,
    /// By creation, earliest first.
    Oldest,
    /// By final price, cheapest first.
    PriceAsc,
    /// By final price, dearest first.
    PriceDesc,
    /// By discount, largest first.
    DiscountDesc,
}

impl ProductOrder {
    /// All orders.
    pub const ALL: [Self; 5] = [
        Self::Newest,
        Self::Oldest,
        Self::PriceAsc,
        Self::PriceDesc,
        Self::DiscountDesc,
    ];

    /// The symbol in its cursors.
    #[must_use]
    pub const fn symbol(self) -> char {
        match self {
            Self::Newest => 'n',
            Self::Oldest => 'o',
            Self::PriceAsc => 'p',
            Self::PriceDesc => 'P',
            Self::DiscountDesc => 'D',
        }
    }

    /// Whether larger keys come first.
    #[must_use]
    pub const fn descending(self) -> bool {
        matches!(self, Self::Newest | Self::PriceDesc | Self::DiscountDesc)
    }

    /// The sort key of a product.
    #[must_use]
    pub const fn key(self, product: &Product) -> i64 {
        match self {
            Self::Newest | Self::Oldest => product.created.micros(),
            Self::PriceAsc | Self::PriceDesc => product.listing.final_price().get(),
            Self::DiscountDesc => product.listing.discount.get(),
        }
    }
}
