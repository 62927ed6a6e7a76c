//! Rows of `sales`.

use crate::domain::id::{ProductId, SaleId, UserId};
use crate::domain::money::{Cents, Currency, Percent};
use crate::domain::sale::{NewSale, Sale};
use crate::domain::text::Title;
use crate::domain::timestamp::Timestamp;

/// The columns of a [`SaleRow`].
pub(super) const SALE: &str =
    "id, product_id, buyer_id, seller_id, time, title, price, list_price, discount, currency";

#[derive(sqlx::FromRow)]
pub(super) struct SaleRow {
    id: i64,
    product_id: i64,
    buyer_id: i64,
    seller_id: i64,
    time: i64,
    title: String,
    price: i64,
    list_price: i64,
    discount: i64,
    currency: String,
}

impl From<SaleRow> for Sale {
    fn from(row: SaleRow) -> Self {
        Self {
            id: SaleId::new(row.id),
            of: NewSale {
                product: ProductId::new(row.product_id),
                buyer: UserId::new(row.buyer_id),
                seller: UserId::new(row.seller_id),
                time: Timestamp::from_micros(row.time),
                title: Title::from_stored(row.title),
                price: Cents::from_stored(row.price),
                list_price: Cents::from_stored(row.list_price),
                discount: Percent::from_stored(row.discount),
                currency: Currency::from_stored(row.currency),
            },
        }
    }
}
