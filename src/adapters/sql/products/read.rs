//! Reading products.

use async_trait::async_trait;

use super::row::{KEYS, KeysRow, PRODUCT, ProductRow, SeenRow};
use super::{labels, search};
use crate::adapters::sql::SqlStore;
use crate::adapters::sql::database::Pool;
use crate::adapters::sql::replicas::Seeking;
use crate::adapters::sql::statement::Sql;
use crate::domain::id::{ProductId, UserId};
use crate::domain::label::{Label, LabelCount};
use crate::domain::page::PageRequest;
use crate::domain::product::{ObjectKeys, Product, Seen};
use crate::domain::search::{ProductFilter, ProductOrder};
use crate::ports::products::ProductReader;
use crate::ports::store::StoreResult;

/// Owners whose newest products one statement reads.
const OWNERS: usize = 100;
/// Ids of one statement.
const IDS: usize = 4096;

/// The ids in parts that a statement takes; none where the filter lets nothing pass.
fn among<'a>(
    filter: &ProductFilter,
    ids: &'a [ProductId],
) -> impl Iterator<Item = &'a [ProductId]> {
    let asked = if filter.finds_nothing() { &[] } else { ids };
    asked.chunks(IDS)
}

impl SqlStore {
    pub(super) async fn seen(&self, sql: Sql) -> StoreResult<Vec<Seen>> {
        let rows: Vec<SeenRow> = self.read.all(sql).await?;
        rows.into_iter().map(Seen::try_from).collect()
    }
}

/// Ids and sort keys of a page, in the direction of the walk, one more than wanted where there are more.
pub(in crate::adapters::sql) fn keys_statement(
    engine: &Pool,
    seeking: Seeking<'_>,
    order: ProductOrder,
    page: &PageRequest,
) -> Sql {
    let keyset = search::keyset(order);
    let mut sql = Sql::new(format!("SELECT {}, {}", keyset.id, keyset.key));
    search::push_found(&mut sql, seeking.viewer, seeking.filter);
    keyset.push(engine, &mut sql, page);
    sql
}

/// How many a search finds.
pub(in crate::adapters::sql) fn count_statement(seeking: Seeking<'_>) -> Sql {
    let mut sql = Sql::new("SELECT COUNT(*)");
    search::push_found(&mut sql, seeking.viewer, seeking.filter);
    sql
}

/// `SELECT` and the columns of what a viewer sees.
fn select(viewer: UserId) -> Sql {
    let mut sql = Sql::new("SELECT ");
    search::push_seen(&mut sql, viewer);
    sql
}

#[async_trait]
impl ProductReader for SqlStore {
    async fn find(&self, viewer: UserId, id: ProductId) -> StoreResult<Option<Seen>> {
        let mut sql = select(viewer);
        sql.with(" FROM products p WHERE p.id = ?", id);
        Ok(self.seen(sql).await?.pop())
    }

    async fn find_for_link(&self, id: ProductId) -> StoreResult<Option<Product>> {
        let sql = Sql::new(format!("SELECT {PRODUCT} FROM products p WHERE p.id = ?")).bind(id);
        let row: Option<ProductRow> = self.read.optional(sql).await?;
        row.map(Product::try_from).transpose()
    }

    async fn find_all(&self, viewer: UserId, ids: &[ProductId]) -> StoreResult<Vec<Seen>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = select(viewer);
        sql.push(" FROM products p WHERE p.id IN ")
            .list(ids.iter().copied());
        self.seen(sql).await
    }

    async fn page(
        &self,
        viewer: UserId,
        filter: &ProductFilter,
        order: ProductOrder,
        page: &PageRequest,
    ) -> StoreResult<Vec<Seen>> {
        if filter.finds_nothing() {
            return Ok(Vec::new());
        }
        let seeking = Seeking { viewer, filter };
        if let Some(replicas) = &self.replicas
            && let Some(rows) = replicas.page(self, seeking, order, page).await?
        {
            return Ok(rows);
        }
        let mut sql = select(viewer);
        search::push_found(&mut sql, viewer, filter);
        search::keyset(order).push(&self.read.pool, &mut sql, page);
        self.seen(sql).await
    }

    async fn among(
        &self,
        viewer: UserId,
        filter: &ProductFilter,
        ids: &[ProductId],
    ) -> StoreResult<Vec<Seen>> {
        let mut found = Vec::new();
        for some in among(filter, ids) {
            let mut sql = select(viewer);
            search::push_found(&mut sql, viewer, filter);
            sql.push(" AND p.id IN ").list(some.iter().copied());
            found.append(&mut self.seen(sql).await?);
        }
        Ok(found)
    }

    async fn count_among(
        &self,
        viewer: UserId,
        filter: &ProductFilter,
        ids: &[ProductId],
    ) -> StoreResult<i64> {
        let mut sum = 0;
        for some in among(filter, ids) {
            let mut sql = Sql::new("SELECT COUNT(*)");
            search::push_found(&mut sql, viewer, filter);
            sql.push(" AND p.id IN ").list(some.iter().copied());
            let (count,): (i64,) = self.read.one(sql).await?;
            sum += count;
        }
        Ok(sum)
    }

    async fn count(&self, viewer: UserId, filter: &ProductFilter) -> StoreResult<i64> {
        if filter.finds_nothing() {
            return Ok(0);
        }
        let seeking = Seeking { viewer, filter };
        if let Some(replicas) = &self.replicas
            && let Some(count) = replicas.count(self, seeking).await?
        {
            return Ok(count);
        }
        let (count,): (i64,) = self.read.one(count_statement(seeking)).await?;
        Ok(count)
    }

    async fn newest_of(
        &self,
        viewer: UserId,
        owners: &[UserId],
        limit: u32,
    ) -> StoreResult<Vec<Seen>> {
        let mut owners = owners.to_vec();
        owners.sort_unstable();
        owners.dedup();
        let mut found = Vec::new();
        for some in owners.chunks(OWNERS) {
            found.append(&mut self.seen(newest_of(viewer, some, limit)).await?);
        }
        // A UNION has no order of its own.
        found.sort_by_key(|seen| {
            let product = &seen.product;
            let newest_first = std::cmp::Reverse((product.created, product.id));
            (product.owner, newest_first)
        });
        Ok(found)
    }

    async fn labels_of(&self, ids: &[ProductId]) -> StoreResult<Vec<(ProductId, Label)>> {
        match labels::of(ids) {
            Some(sql) => Ok(labels::read(self.read.all(sql).await?)),
            None => Ok(Vec::new()),
        }
    }

    async fn label_counts(
        &self,
        viewer: UserId,
        prefix: &str,
        limit: u32,
    ) -> StoreResult<Vec<LabelCount>> {
        let rows: Vec<(String, i64)> = self.read.all(labels::counts(viewer, prefix, limit)).await?;
        let count = |(label, count)| LabelCount {
            label: Label::from_stored(label),
            count,
        };
        Ok(rows.into_iter().map(count).collect())
    }

    async fn keys_after(
        &self,
        after: ProductId,
        limit: u32,
    ) -> StoreResult<Vec<(ProductId, ObjectKeys)>> {
        let sql = format!("SELECT {KEYS} FROM products WHERE id > ? ORDER BY id LIMIT ?");
        let sql = Sql::new(sql).bind(after).bind(limit);
        let rows: Vec<KeysRow> = self.read.all(sql).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn foreign_currency(&self, currency: &str) -> StoreResult<Option<String>> {
        // The two ends of the index: if both are `currency`, everything between them is.
        let sql = Sql::new(
            "SELECT (SELECT MIN(currency) FROM products), (SELECT MAX(currency) FROM products)",
        );
        let (least, most): (Option<String>, Option<String>) = self.read.one(sql).await?;
        Ok([least, most]
            .into_iter()
            .flatten()
            .find(|used| used != currency))
    }
}

/// One limited walk over an owner's index each, glued together.
fn newest_of(viewer: UserId, owners: &[UserId], limit: u32) -> Sql {
    let mut sql = Sql::new("");
    for (index, owner) in owners.iter().enumerate() {
        if index > 0 {
            sql.push(" UNION ALL ");
        }
        sql.push("SELECT * FROM (SELECT ");
        search::push_seen(&mut sql, viewer);
        sql.with(" FROM products p WHERE p.owner_id = ? AND ", *owner);
        search::push_visible(&mut sql, viewer);
        sql.with(" ORDER BY p.created DESC, p.id DESC LIMIT ?", limit)
            .push(&format!(") AS o{index}"));
    }
    sql
}
