//! Writing products.

use async_trait::async_trait;

use super::labels;
use super::row::{PRODUCT, ProductRow};
use super::search::TITLE;
use crate::adapters::sql::statement::{Sql, Value};
use crate::adapters::sql::unit::SqlUnit;
use crate::domain::id::{ProductId, UserId};
use crate::domain::label::Label;
use crate::domain::product::{Listing, NewProduct, Product};
use crate::domain::timestamp::Timestamp;
use crate::domain::words::Word;
use crate::ports::products::{CopyNotice, Products, SearchWords, Usage};
use crate::ports::store::{StoreError, StoreResult};

const DESCRIPTION: i64 = 1;
const LABELS: i64 = 2;
const RELATED: i64 = 3;
/// Rows of one INSERT.
const ROWS: usize = 200;

#[async_trait]
impl Products for SqlUnit {
    async fn add(&mut self, product: &NewProduct) -> StoreResult<ProductId> {
        let sql = insert(product)?;
        self.marks.wrote(product.owner);
        Ok(ProductId::new(self.unit.run(sql).await?.id))
    }

    async fn lock(&mut self, ids: &[ProductId]) -> StoreResult<Vec<Product>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new(format!("SELECT {PRODUCT} FROM products p WHERE p.id IN "));
        sql.list(ids.iter().copied())
            .push(" ORDER BY p.id")
            .push(self.unit.transaction.row_lock());
        let rows: Vec<ProductRow> = self.unit.all(sql).await?;
        let products: StoreResult<Vec<Product>> = rows.into_iter().map(Product::try_from).collect();
        let products = products?;
        self.marks.met(&products);
        Ok(products)
    }

    async fn labels(&mut self, id: ProductId) -> StoreResult<Vec<Label>> {
        let Some(sql) = labels::of(&[id]) else {
            return Ok(Vec::new());
        };
        let labels = labels::read(self.unit.all(sql).await?);
        Ok(labels.into_iter().map(|(_, label)| label).collect())
    }

    async fn update(
        &mut self,
        id: ProductId,
        listing: &Listing,
        now: Timestamp,
    ) -> StoreResult<()> {
        let sql = Sql::new(
            "UPDATE products SET title = ?, description = ?, private = ?, for_sale = ?, archived = ?, \
             price = ?, discount = ?, final_price = ?, updated = ? WHERE id = ?",
        );
        let sql = bind_listing(sql, listing).bind(now).bind(id);
        self.marks.changed(id);
        self.unit.run(sql).await.map(|_| ())
    }

    async fn set_labels(&mut self, id: ProductId, labels: &[Label]) -> StoreResult<()> {
        self.marks.changed(id);
        delete_from(self, "product_labels", id).await?;
        let rows: Vec<Vec<Value>> = (0_i64..)
            .zip(labels)
            .map(|(position, label)| vec![id.into(), position.into(), label.as_str().into()])
            .collect();
        insert_rows(
            self,
            "INSERT INTO product_labels (product_id, position, label) VALUES ",
            rows,
        )
        .await
    }

    async fn set_words(&mut self, id: ProductId, words: &SearchWords) -> StoreResult<()> {
        self.marks.changed(id);
        delete_from(self, "search_words", id).await?;
        let fields = [
            (TITLE, &words.title),
            (DESCRIPTION, &words.description),
            (LABELS, &words.labels),
            (RELATED, &words.related),
        ];
        let rows = fields
            .into_iter()
            .flat_map(|(field, words)| word_rows(id, field, words))
            .collect();
        insert_rows(
            self,
            "INSERT INTO search_words (product_id, field, word) VALUES ",
            rows,
        )
        .await
    }

    async fn set_duplicate(
        &mut self,
        id: ProductId,
        earlier: ProductId,
        told: bool,
    ) -> StoreResult<()> {
        let sql = Sql::new("UPDATE products SET duplicate_of = ?, duplicate_told = ? WHERE id = ?")
            .bind(earlier)
            .bind(told)
            .bind(id);
        self.unit.run(sql).await.map(|_| ())
    }

    async fn was_told(&mut self, notice: &CopyNotice) -> StoreResult<bool> {
        let sql = Sql::new("SELECT id FROM copy_notices WHERE product_id = ? AND copier_id = ?")
            .bind(notice.earlier)
            .bind(notice.copier);
        let row: Option<(i64,)> = self.unit.optional(sql).await?;
        Ok(row.is_some())
    }

    async fn count_notices(&mut self, notice: &CopyNotice, since: Timestamp) -> StoreResult<i64> {
        let sql = Sql::new("SELECT COUNT(*) FROM copy_notices WHERE recipient_id = ? AND time > ?")
            .bind(notice.recipient)
            .bind(since);
        let (count,): (i64,) = self.unit.one(sql).await?;
        Ok(count)
    }

    async fn note_told(&mut self, notice: &CopyNotice) -> StoreResult<()> {
        let sql = Sql::new(
            "INSERT INTO copy_notices (product_id, copier_id, recipient_id, time) VALUES (?, ?, ?, ?)",
        )
        .bind(notice.earlier)
        .bind(notice.copier)
        .bind(notice.recipient)
        .bind(notice.time);
        self.unit.run(sql).await.map(|_| ())
    }

    async fn remove(&mut self, id: ProductId) -> StoreResult<()> {
        self.marks.changed(id);
        delete_from(self, "search_words", id).await?;
        delete_from(self, "product_labels", id).await?;
        delete_from(self, "embeddings", id).await?;
        delete_from(self, "copy_notices", id).await?;
        let sql = Sql::new("DELETE FROM products WHERE id = ?").bind(id);
        self.unit.run(sql).await.map(|_| ())
    }

    async fn usage(&mut self, owner: UserId) -> StoreResult<Usage> {
        let sql = Sql::new(
            "SELECT COUNT(*), CAST(COALESCE(SUM(size + renditions), 0) AS SIGNED) FROM products WHERE owner_id = ?",
        )
        .bind(owner);
        let (count, bytes): (i64, i64) = self.unit.one(sql).await?;
        Ok(Usage { count, bytes })
    }
}

fn insert(product: &NewProduct) -> StoreResult<Sql> {
    let (facts, keys) = (&product.facts, &product.keys);
    let bytes = |of: u64| {
        i64::try_from(of).map_err(|_| StoreError::Failed("a picture beyond any size".into()))
    };
    let sql = Sql::new(
        "INSERT INTO products (title, description, private, for_sale, archived, price, discount, final_price, \
         owner_id, currency, created, updated, width, height, format, size, renditions, placeholder, perceptual_hash, \
         sha256, original_key, thumbnail_key, preview_key, watermarked_key) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    Ok(bind_listing(sql, &product.listing)
        .bind(product.owner)
        .bind(product.currency.as_str())
        .bind(product.created)
        .bind(product.created)
        .bind(facts.width)
        .bind(facts.height)
        .bind(facts.format.as_str())
        .bind(bytes(facts.size)?)
        .bind(bytes(facts.renditions)?)
        .bind(&facts.placeholder[..])
        .bind(facts.perceptual_hash.cast_signed())
        .bind(&facts.sha256[..])
        .bind(&keys.original)
        .bind(&keys.thumbnail)
        .bind(&keys.preview)
        .bind(&keys.watermarked))
}

fn bind_listing(sql: Sql, listing: &Listing) -> Sql {
    sql.bind(listing.title.as_str())
        .bind(listing.description.as_str())
        .bind(listing.private)
        .bind(listing.for_sale)
        .bind(listing.archived)
        .bind(listing.price.get())
        .bind(listing.discount.get())
        .bind(listing.final_price().get())
}

/// Each word once, in order.
fn word_rows(id: ProductId, field: i64, words: &[Word]) -> Vec<Vec<Value>> {
    let mut words: Vec<&str> = words.iter().map(Word::as_str).collect();
    words.sort_unstable();
    words.dedup();
    words
        .into_iter()
        .map(|word| vec![id.into(), field.into(), word.as_bytes().into()])
        .collect()
}

async fn delete_from(of: &mut SqlUnit, table: &'static str, id: ProductId) -> StoreResult<()> {
    let sql = Sql::new(format!("DELETE FROM {table} WHERE product_id = ?")).bind(id);
    of.unit.run(sql).await.map(|_| ())
}

async fn insert_rows(
    of: &mut SqlUnit,
    into: &'static str,
    rows: Vec<Vec<Value>>,
) -> StoreResult<()> {
    for some in rows.chunks(ROWS) {
        let mut sql = Sql::new(into);
        sql.rows(some.to_vec());
        of.unit.run(sql).await?;
    }
    Ok(())
}
