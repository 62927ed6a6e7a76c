//! Products to test with, and their sales.

use shotify::adapters::sql::SqlStore;
use shotify::domain::id::{ProductId, SaleId, UserId};
use shotify::domain::label::Label;
use shotify::domain::money::{Cents, Currency, Percent};
use shotify::domain::picture::{ImageFormat, PictureFacts};
use shotify::domain::product::{Listing, NewProduct, ObjectKeys};
use shotify::domain::sale::NewSale;
use shotify::domain::text::{Description, Title};
use shotify::domain::timestamp::Timestamp;
use shotify::domain::words::Word;
use shotify::ports::products::SearchWords;

use super::{at, unit};

/// A product about to be put up: public and free of charge, unless said otherwise.
#[derive(Debug, Clone)]
pub struct Draft {
    pub new: NewProduct,
    pub labels: Vec<Label>,
}

impl Draft {
    pub fn of(owner: UserId, title: &str) -> Self {
        let key = |part: &str| format!("products/{title}/{part}");
        let listing = Listing {
            title: Title::parse(title).unwrap(),
            description: Description::parse("").unwrap(),
            private: false,
            for_sale: false,
            archived: false,
            price: Cents::ZERO,
            discount: Percent::from_stored(0),
        };
        let keys = ObjectKeys {
            original: key("o"),
            thumbnail: key("t"),
            preview: key("p"),
            watermarked: key("w"),
        };
        Self {
            labels: Vec::new(),
            new: NewProduct {
                owner,
                listing,
                currency: Currency::parse("USD").unwrap(),
                created: at(0),
                facts: facts(),
                keys,
            },
        }
    }

    pub fn created(mut self, created: Timestamp) -> Self {
        self.new.created = created;
        self
    }

    pub fn priced(mut self, cents: i64, discount: i64) -> Self {
        self.new.listing.for_sale = true;
        self.new.listing.price = Cents::from_stored(cents);
        self.new.listing.discount = Percent::from_stored(discount);
        self
    }

    pub fn hidden(mut self) -> Self {
        self.new.listing.private = true;
        self
    }

    pub fn archived(mut self) -> Self {
        self.new.listing.archived = true;
        self
    }

    pub fn described(mut self, text: &str) -> Self {
        self.new.listing.description = Description::parse(text).unwrap();
        self
    }

    pub fn labelled(mut self, labels: &[&str]) -> Self {
        self.labels = Label::parse_all(labels).unwrap();
        self
    }

    /// The words that a service would keep of it.
    pub fn words(&self) -> SearchWords {
        let listing = &self.new.listing;
        SearchWords {
            title: Word::all(listing.title.as_str()),
            description: Word::all(listing.description.as_str()),
            labels: self
                .labels
                .iter()
                .flat_map(|label| Word::all(label.as_str()))
                .collect(),
            related: Vec::new(),
        }
    }
}

fn facts() -> PictureFacts {
    PictureFacts {
        width: 4000,
        height: 3000,
        format: ImageFormat::Webp,
        size: 5_000_000_000,
        renditions: 7,
        placeholder: vec![0, 1, 255],
        perceptual_hash: u64::MAX - 1,
        sha256: [200; 32],
    }
}

/// Puts a product up with its labels and words.
pub async fn put_up(store: &SqlStore, draft: &Draft) -> ProductId {
    let mut unit = unit(store).await;
    let products = unit.products();
    let id = products.add(&draft.new).await.unwrap();
    products.set_labels(id, &draft.labels).await.unwrap();
    products.set_words(id, &draft.words()).await.unwrap();
    unit.commit().await.unwrap();
    id
}

/// What is written when `buyer` buys `product` of `seller`.
pub fn sale(product: ProductId, buyer: UserId, seller: UserId, time: Timestamp) -> NewSale {
    NewSale {
        product,
        buyer,
        seller,
        time,
        title: Title::parse("As it was").unwrap(),
        price: Cents::from_stored(750),
        list_price: Cents::from_stored(1000),
        discount: Percent::from_stored(25),
        currency: Currency::parse("USD").unwrap(),
    }
}

/// Sells `product` of `seller` to `buyer`.
pub async fn sell(
    store: &SqlStore,
    product: ProductId,
    buyer: UserId,
    seller: UserId,
    time: Timestamp,
) -> SaleId {
    let mut unit = unit(store).await;
    let sale = sale(product, buyer, seller, time);
    let id = unit.sales().add(&sale).await.unwrap();
    unit.commit().await.unwrap();
    id
}
