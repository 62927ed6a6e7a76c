//! What the clients know: what was answered, and what must therefore be found whatever happens to the server.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What became of something that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is there.
    Here,
    /// Its deletion was asked for and not answered yet.
    Leaving,
    /// Its deletion was answered.
    Deleted,
}

/// An account, by its name; its address is `NAME@example.com`.
#[derive(Debug, Clone)]
pub struct Account {
    pub password: String,
    /// Its registration was answered.
    pub registered: bool,
    /// Its address was confirmed.
    pub confirmed: bool,
    /// Links for a new password: asked for and answered, asked for without an answer.
    pub resets: (usize, usize),
    /// New passwords that were set by such links.
    pub set: usize,
}

/// What an image's owner has said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    pub private: bool,
    pub archived: bool,
    pub for_sale: bool,
    pub cents: i64,
}

/// An image, by its id.
#[derive(Debug, Clone)]
pub struct Image {
    pub owner: String,
    pub title: String,
    pub sha256: [u8; 32],
    pub listing: Listing,
    /// A change was asked for and not answered yet.
    pub changing: bool,
    pub fate: Fate,
}

/// A purchase that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    pub id: String,
    pub cents: i64,
}

/// All of it.
#[derive(Debug, Default)]
pub struct Ledger {
    pub accounts: BTreeMap<String, Account>,
    pub images: BTreeMap<String, Image>,
    /// Purchases by buyer and image.
    pub sales: BTreeMap<(String, String), Sale>,
    /// What was asked for at each of them, key and price.
    pub terms: BTreeMap<(String, String), Value>,
    /// How many images a batch has, by the mark in front of their titles.
    pub batches: BTreeMap<String, usize>,
    /// Marks of batches that were refused: none of their images may ever be seen.
    pub refused: BTreeSet<String>,
}

impl Ledger {
    /// What this person might buy: id, and the price as far as is known.
    pub fn on_sale(&self, buyer: &str) -> Vec<(String, i64)> {
        let fits = |id: &String, image: &Image| {
            let listing = image.listing;
            listing.for_sale
                && !listing.private
                && !listing.archived
                && image.fate == Fate::Here
                && image.owner != buyer
                && !self.sales.contains_key(&(buyer.to_owned(), id.clone()))
        };
        let found = self.images.iter().filter(|(id, image)| fits(id, image));
        found
            .map(|(id, image)| (id.clone(), image.listing.cents))
            .collect()
    }

    /// Ids of a person's images that are there and not put away.
    pub fn owned(&self, owner: &str) -> Vec<String> {
        let found = self.images.iter().filter(|(_, image)| {
            image.owner == owner && image.fate == Fate::Here && !image.listing.archived
        });
        found.map(|(id, _)| id.clone()).collect()
    }

    /// What this person has bought: image and sale.
    pub fn bought(&self, buyer: &str) -> Vec<(String, Sale)> {
        let found = self.sales.iter().filter(|((of, _), _)| of == buyer);
        found
            .map(|((_, image), sale)| (image.clone(), sale.clone()))
            .collect()
    }
}

/// The mark in front of a title.
pub fn mark(title: &str) -> &str {
    title.split(' ').next().unwrap_or_default()
}
