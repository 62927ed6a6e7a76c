//! Embeddings: 32-bit floats, little-endian, one row a product at most.

use async_trait::async_trait;

use super::SqlStore;
use super::error::corrupt;
use super::statement::Sql;
use super::unit::SqlUnit;
use crate::domain::embedding::{Embedding, ModelId};
use crate::domain::id::ProductId;
use crate::domain::timestamp::Timestamp;
use crate::ports::embeddings::{EmbeddingReader, Embeddings};
use crate::ports::store::StoreResult;

/// Rows of one statement: a page of them takes 5 KiB each.
const ROWS: usize = 256;

#[async_trait]
impl EmbeddingReader for SqlStore {
    async fn of(
        &self,
        model: &ModelId,
        ids: &[ProductId],
    ) -> StoreResult<Vec<(ProductId, Embedding)>> {
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(ROWS) {
            let mut sql = Sql::new("SELECT product_id, floats FROM embeddings WHERE model = ?")
                .bind(model.as_str());
            sql.push(" AND product_id IN ").list(some.iter().copied());
            let rows: Vec<(i64, Vec<u8>)> = self.read.all(sql).await?;
            for (id, floats) in rows {
                let values =
                    floats_of(&floats).ok_or_else(|| corrupt("embeddings", "floats", id))?;
                let embedding = Embedding::from_stored(model.clone(), values);
                found.push((ProductId::new(id), embedding));
            }
        }
        Ok(found)
    }

    async fn ids_after(
        &self,
        model: &ModelId,
        after: ProductId,
        limit: u32,
    ) -> StoreResult<Vec<ProductId>> {
        let sql = Sql::new(
            "SELECT product_id FROM embeddings WHERE model = ? AND product_id > ? ORDER BY product_id LIMIT ?",
        );
        self.ids(sql.bind(model.as_str()).bind(after).bind(limit))
            .await
    }

    async fn written_since(
        &self,
        model: &ModelId,
        since: Timestamp,
    ) -> StoreResult<Vec<ProductId>> {
        let sql = Sql::new("SELECT product_id FROM embeddings WHERE written >= ? AND model = ?");
        let mut ids = self.ids(sql.bind(since).bind(model.as_str())).await?;
        ids.sort_unstable();
        Ok(ids)
    }

    async fn missing(
        &self,
        model: &ModelId,
        after: ProductId,
        limit: u32,
    ) -> StoreResult<Vec<ProductId>> {
        let sql = Sql::new(
            "SELECT p.id FROM products p LEFT JOIN embeddings e ON e.product_id = p.id AND e.model = ? \
             WHERE p.id > ? AND e.product_id IS NULL ORDER BY p.id LIMIT ?",
        );
        self.ids(sql.bind(model.as_str()).bind(after).bind(limit))
            .await
    }
}

impl SqlStore {
    async fn ids(&self, sql: Sql) -> StoreResult<Vec<ProductId>> {
        let rows: Vec<(i64,)> = self.read.all(sql).await?;
        Ok(rows.into_iter().map(|(id,)| ProductId::new(id)).collect())
    }
}

#[async_trait]
impl Embeddings for SqlUnit {
    async fn set(
        &mut self,
        id: ProductId,
        embedding: &Embedding,
        now: Timestamp,
    ) -> StoreResult<()> {
        let floats = bytes_of(embedding.values());
        let update = Sql::new(
            "UPDATE embeddings SET model = ?, written = ?, floats = ? WHERE product_id = ?",
        )
        .bind(embedding.model().as_str())
        .bind(now)
        .bind(floats.clone())
        .bind(id);
        if self.unit.run(update).await?.rows > 0 {
            return Ok(());
        }
        let insert = Sql::new(
            "INSERT INTO embeddings (product_id, model, written, floats) VALUES (?, ?, ?, ?)",
        )
        .bind(id)
        .bind(embedding.model().as_str())
        .bind(now)
        .bind(floats);
        self.unit.run(insert).await.map(|_| ())
    }
}

fn bytes_of(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

fn floats_of(bytes: &[u8]) -> Option<Vec<f32>> {
    let (fours, rest) = bytes.as_chunks::<4>();
    let whole = rest.is_empty() && !fours.is_empty();
    whole.then(|| fours.iter().map(|four| f32::from_le_bytes(*four)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_read_back_to_the_bit_and_a_torn_row_does_not_read() {
        let values = [0.0, -0.0, f32::MIN_POSITIVE, 0.123_456_79, 1.0];
        let bytes = bytes_of(&values);
        let read = floats_of(&bytes).unwrap();
        assert!(
            read.iter()
                .zip(values)
                .all(|(a, b)| a.to_bits() == b.to_bits())
        );
        assert_eq!(floats_of(&bytes[1..]), None);
        assert_eq!(floats_of(&[]), None);
    }
}
