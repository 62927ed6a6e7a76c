//! Sales in the database.

use async_trait::async_trait;

use super::store::StoreResult;
use crate::domain::id::{ProductId, SaleId, UserId};
use crate::domain::page::PageRequest;
use crate::domain::sale::{IdempotencyKey, KeyUse, NewSale, Sale};

/// Reading.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait SaleReader: Send + Sync {
    /// The newest `limit` sales in which a member is the buyer or the seller.
    async fn of_member(&self, member: UserId, limit: u32) -> StoreResult<Vec<Sale>>;
    /// Purchases, newest first: rows of a page in the direction of the walk, one more than wanted where
    /// there are more. Cursors of the order `s` have the time as their key.
    async fn purchases(&self, buyer: UserId, page: &PageRequest) -> StoreResult<Vec<Sale>>;
    /// How many purchases.
    async fn count_purchases(&self, buyer: UserId) -> StoreResult<i64>;
}

/// Writing, within a unit of work. The product's row MUST be locked first.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Sales: Send {
    /// The sale of a product to a buyer.
    async fn find(&mut self, buyer: UserId, product: ProductId) -> StoreResult<Option<Sale>>;
    /// What a buyer's key was used for.
    async fn key_use(&mut self, buyer: UserId, key: &IdempotencyKey)
    -> StoreResult<Option<KeyUse>>;
    /// Inserts; a second sale of a product to the same buyer is a `Conflict` on `sale`.
    async fn add(&mut self, sale: &NewSale) -> StoreResult<SaleId>;
    /// Binds a key to what it was used for; a used key is a `Conflict` on `key`.
    async fn bind_key(
        &mut self,
        buyer: UserId,
        key: &IdempotencyKey,
        usage: &KeyUse,
    ) -> StoreResult<()>;
    /// How many keys are bound to a sale.
    async fn count_keys(&mut self, sale: SaleId) -> StoreResult<i64>;
    /// Which of these products were ever sold.
    async fn sold(&mut self, products: &[ProductId]) -> StoreResult<Vec<ProductId>>;
}
