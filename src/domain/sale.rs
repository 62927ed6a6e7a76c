//! Sales: snapshots of what was agreed.

use super::id::{ProductId, SaleId, UserId};
use super::invalid::Invalid;
use super::money::{Cents, Currency, Percent};
use super::text::Title;
use super::timestamp::Timestamp;

/// What is written when a product is sold; never changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSale {
    /// What.
    pub product: ProductId,
    /// By whom.
    pub buyer: UserId,
    /// From whom.
    pub seller: UserId,
    /// When.
    pub time: Timestamp,
    /// The title at that moment.
    pub title: Title,
    /// What was paid.
    pub price: Cents,
    /// The list price at that moment.
    pub list_price: Cents,
    /// The discount at that moment.
    pub discount: Percent,
    /// Currency of both prices.
    pub currency: Currency,
}

/// One purchase of one product by one buyer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// Identity.
    pub id: SaleId,
    /// The snapshot.
    pub of: NewSale,
}

/// A client's name for one attempt to buy: 1 to 255 printable ASCII characters, per buyer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Checks a key.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        let valid =
            (1..=255).contains(&raw.len()) && raw.bytes().all(|b| (0x20..=0x7e).contains(&b));
        if valid {
            Ok(Self(raw.to_owned()))
        } else {
            Err(Invalid::new(
                "idempotencyKey",
                "must have 1 to 255 printable ASCII characters",
            ))
        }
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What an idempotency key was used for: set by success only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// The product asked for.
    pub product: ProductId,
    /// The price expected with it.
    pub expected: Option<Cents>,
    /// The sale it made or met.
    pub sale: SaleId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_printable_ascii() {
        assert!(IdempotencyKey::parse(" ~").is_ok());
        assert!(IdempotencyKey::parse(&"k".repeat(255)).is_ok());
        for bad in ["", "\n", "ä", "a\u{7f}", &"k".repeat(256)] {
            assert_eq!(
                IdempotencyKey::parse(bad).unwrap_err().field,
                "idempotencyKey"
            );
        }
    }
}
