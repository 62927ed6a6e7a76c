//! Reading sales.

use async_trait::async_trait;

use super::row::{SALE, SaleRow};
use crate::adapters::sql::SqlStore;
use crate::adapters::sql::keyset::Keyset;
use crate::adapters::sql::statement::Sql;
use crate::domain::id::UserId;
use crate::domain::page::PageRequest;
use crate::domain::sale::Sale;
use crate::ports::sales::SaleReader;
use crate::ports::store::StoreResult;

impl SqlStore {
    async fn sales_of(&self, sql: Sql) -> StoreResult<Vec<Sale>> {
        let rows: Vec<SaleRow> = self.read.all(sql).await?;
        Ok(rows.into_iter().map(Sale::from).collect())
    }
}

#[async_trait]
impl SaleReader for SqlStore {
    async fn of_member(&self, member: UserId, limit: u32) -> StoreResult<Vec<Sale>> {
        // Nobody buys from themself, so the halves have no row in common; each walks its own index.
        let half = |role: &str| {
            format!(
                "SELECT * FROM (SELECT {SALE} FROM sales WHERE {role} = ? ORDER BY time DESC, id DESC LIMIT ?) AS {role}s"
            )
        };
        let sql = Sql::new(format!(
            "{} UNION ALL {} ORDER BY time DESC, id DESC LIMIT ?",
            half("buyer_id"),
            half("seller_id")
        ));
        self.sales_of(
            sql.bind(member)
                .bind(limit)
                .bind(member)
                .bind(limit)
                .bind(limit),
        )
        .await
    }

    async fn purchases(&self, buyer: UserId, page: &PageRequest) -> StoreResult<Vec<Sale>> {
        let mut sql = Sql::new(format!("SELECT {SALE} FROM sales WHERE buyer_id = ?")).bind(buyer);
        let keyset = Keyset {
            key: "time",
            id: "id",
            descending: true,
        };
        keyset.push(&self.read.pool, &mut sql, page);
        self.sales_of(sql).await
    }

    async fn count_purchases(&self, buyer: UserId) -> StoreResult<i64> {
        let sql = Sql::new("SELECT COUNT(*) FROM sales WHERE buyer_id = ?").bind(buyer);
        let (count,): (i64,) = self.read.one(sql).await?;
        Ok(count)
    }
}
