//! Writing sales.

use async_trait::async_trait;

use super::row::{SALE, SaleRow};
use crate::adapters::sql::statement::Sql;
use crate::adapters::sql::unit::SqlUnit;
use crate::domain::id::{ProductId, SaleId, UserId};
use crate::domain::money::Cents;
use crate::domain::sale::{IdempotencyKey, KeyUse, NewSale, Sale};
use crate::ports::sales::Sales;
use crate::ports::store::StoreResult;

#[async_trait]
impl Sales for SqlUnit {
    async fn find(&mut self, buyer: UserId, product: ProductId) -> StoreResult<Option<Sale>> {
        let sql = Sql::new(format!(
            "SELECT {SALE} FROM sales WHERE buyer_id = ? AND product_id = ?"
        ));
        let row: Option<SaleRow> = self.unit.optional(sql.bind(buyer).bind(product)).await?;
        Ok(row.map(Sale::from))
    }

    async fn key_use(
        &mut self,
        buyer: UserId,
        key: &IdempotencyKey,
    ) -> StoreResult<Option<KeyUse>> {
        let sql = Sql::new(
            "SELECT product_id, expected, sale_id FROM sale_keys WHERE buyer_id = ? AND idempotency_key = ?",
        )
        .bind(buyer)
        .bind(key.as_str().as_bytes());
        let row: Option<(i64, Option<i64>, i64)> = self.unit.optional(sql).await?;
        Ok(row.map(|(product, expected, sale)| KeyUse {
            product: ProductId::new(product),
            expected: expected.map(Cents::from_stored),
            sale: SaleId::new(sale),
        }))
    }

    async fn add(&mut self, sale: &NewSale) -> StoreResult<SaleId> {
        let sql = Sql::new(
            "INSERT INTO sales (product_id, buyer_id, seller_id, time, title, price, list_price, discount, \
             currency) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(sale.product)
        .bind(sale.buyer)
        .bind(sale.seller)
        .bind(sale.time)
        .bind(sale.title.as_str())
        .bind(sale.price.get())
        .bind(sale.list_price.get())
        .bind(sale.discount.get())
        .bind(sale.currency.as_str());
        self.marks.wrote(sale.buyer);
        Ok(SaleId::new(self.unit.run(sql).await?.id))
    }

    async fn bind_key(
        &mut self,
        buyer: UserId,
        key: &IdempotencyKey,
        usage: &KeyUse,
    ) -> StoreResult<()> {
        let sql = Sql::new(
            "INSERT INTO sale_keys (buyer_id, idempotency_key, product_id, expected, sale_id) \
             VALUES (?, ?, ?, ?, ?)",
        )
        .bind(buyer)
        .bind(key.as_str().as_bytes())
        .bind(usage.product)
        .bind(usage.expected.map(Cents::get))
        .bind(usage.sale);
        self.unit.run(sql).await.map(|_| ())
    }

    async fn count_keys(&mut self, sale: SaleId) -> StoreResult<i64> {
        let sql = Sql::new("SELECT COUNT(*) FROM sale_keys WHERE sale_id = ?").bind(sale);
        let (count,): (i64,) = self.unit.one(sql).await?;
        Ok(count)
    }

    async fn sold(&mut self, products: &[ProductId]) -> StoreResult<Vec<ProductId>> {
        if products.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new("SELECT DISTINCT product_id FROM sales WHERE product_id IN ");
        sql.list(products.iter().copied());
        let rows: Vec<(i64,)> = self.unit.all(sql).await?;
        Ok(rows.into_iter().map(|(id,)| ProductId::new(id)).collect())
    }
}
