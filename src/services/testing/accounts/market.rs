//! Products and sales as plain rows.

use std::collections::HashMap;

use super::Accounts;
use crate::domain::embedding::Embedding;
use crate::domain::id::{ProductId, UserId};
use crate::domain::label::Label;
use crate::domain::money::{Cents, Currency, Percent};
use crate::domain::picture::{ImageFormat, PictureFacts};
use crate::domain::product::{Listing, NewProduct, ObjectKeys, Product};
use crate::domain::sale::{IdempotencyKey, KeyUse, Sale};
use crate::domain::text::{Description, Title};
use crate::domain::timestamp::Timestamp;
use crate::ports::products::{CopyNotice, SearchWords};

/// The tables of products and sales.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Market {
    pub products: Vec<Product>,
    pub labels: HashMap<ProductId, Vec<Label>>,
    pub words: HashMap<ProductId, SearchWords>,
    pub embeddings: HashMap<ProductId, (Embedding, Timestamp)>,
    pub sales: Vec<Sale>,
    pub keys: Vec<(UserId, IdempotencyKey, KeyUse)>,
    pub notices: Vec<CopyNotice>,
    last_id: i64,
}

impl Market {
    pub fn insert(&mut self, new: &NewProduct) -> ProductId {
        self.last_id += 1;
        let id = ProductId::new(self.last_id);
        self.products.push(Product {
            id,
            owner: new.owner,
            listing: new.listing.clone(),
            currency: new.currency.clone(),
            created: new.created,
            updated: new.created,
            facts: new.facts.clone(),
            keys: new.keys.clone(),
            duplicate_of: None,
            duplicate_told: false,
        });
        id
    }

    pub fn product(&self, id: ProductId) -> Option<&Product> {
        self.products.iter().find(|product| product.id == id)
    }

    /// The listing of a product that exists.
    pub fn listing(&mut self, id: ProductId) -> &mut Listing {
        let mut products = self.products.iter_mut();
        &mut products.find(|product| product.id == id).unwrap().listing
    }

    pub fn sale(&self, buyer: UserId, product: ProductId) -> Option<&Sale> {
        let mut sales = self.sales.iter();
        sales.find(|sale| sale.of.buyer == buyer && sale.of.product == product)
    }
}

/// A public listing, for sale at 10.00 less 25 %.
pub fn listing() -> Listing {
    Listing {
        title: Title::parse("Fog at dawn").unwrap(),
        description: Description::parse("Seen from the pier").unwrap(),
        private: false,
        for_sale: true,
        archived: false,
        price: Cents::from_stored(1000),
        discount: Percent::from_stored(25),
    }
}

impl Accounts {
    /// Puts a product up, with object keys of its own.
    pub fn put_up(&self, owner: UserId, listing: Listing) -> ProductId {
        let market = &mut self.rows().market;
        let key = |name: &str| format!("{}/{name}.jpg", market.products.len());
        let new = NewProduct {
            owner,
            listing,
            currency: Currency::parse("USD").unwrap(),
            created: Timestamp::from_seconds(1_600_000_000),
            facts: PictureFacts {
                width: 4,
                height: 3,
                format: ImageFormat::Jpeg,
                size: 1000,
                renditions: 0,
                placeholder: vec![1],
                perceptual_hash: 1,
                sha256: [1; 32],
            },
            keys: ObjectKeys {
                original: key("original"),
                thumbnail: key("thumbnail"),
                preview: key("preview"),
                watermarked: key("watermarked"),
            },
        };
        market.insert(&new)
    }
}
