//! Reading and writing embeddings.

use async_trait::async_trait;

use super::Accounts;
use super::unit::Unit;
use crate::domain::embedding::{Embedding, ModelId};
use crate::domain::id::ProductId;
use crate::domain::timestamp::Timestamp;
use crate::ports::embeddings::{EmbeddingReader, Embeddings};
use crate::ports::store::StoreResult;

impl Accounts {
    /// Commits the embedding of a product, stamped `written`.
    pub fn embed(&self, id: ProductId, embedding: &Embedding, written: Timestamp) {
        let embeddings = &mut self.rows().market.embeddings;
        embeddings.insert(id, (embedding.clone(), written));
    }

    /// Ids whose embedding by `model` fits, ascending.
    fn embedded(
        &self,
        model: &ModelId,
        fits: impl Fn(ProductId, Timestamp) -> bool,
    ) -> Vec<ProductId> {
        let rows = self.rows();
        let all = rows.market.embeddings.iter();
        let fitting = all.filter(|(id, (embedding, written))| {
            embedding.model() == model && fits(**id, *written)
        });
        let mut ids: Vec<ProductId> = fitting.map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids
    }
}

#[async_trait]
impl Embeddings for Unit {
    async fn set(
        &mut self,
        id: ProductId,
        embedding: &Embedding,
        now: Timestamp,
    ) -> StoreResult<()> {
        self.step("embeddings.set")?;
        let embeddings = &mut self.rows.market.embeddings;
        embeddings.insert(id, (embedding.clone(), now));
        Ok(())
    }
}

#[async_trait]
impl EmbeddingReader for Accounts {
    async fn of(
        &self,
        model: &ModelId,
        ids: &[ProductId],
    ) -> StoreResult<Vec<(ProductId, Embedding)>> {
        self.step("embeddings.of")?;
        let rows = self.rows();
        let found = ids.iter().filter_map(|id| {
            let (embedding, _) = rows.market.embeddings.get(id)?;
            (embedding.model() == model).then(|| (*id, embedding.clone()))
        });
        Ok(found.collect())
    }
    async fn ids_after(
        &self,
        model: &ModelId,
        after: ProductId,
        limit: u32,
    ) -> StoreResult<Vec<ProductId>> {
        self.step("embeddings.ids_after")?;
        let mut ids = self.embedded(model, |id, _| id > after);
        ids.truncate(limit as usize);
        Ok(ids)
    }
    async fn written_since(
        &self,
        model: &ModelId,
        since: Timestamp,
    ) -> StoreResult<Vec<ProductId>> {
        self.step("embeddings.written_since")?;
        Ok(self.embedded(model, |_, written| written >= since))
    }
    async fn missing(
        &self,
        model: &ModelId,
        after: ProductId,
        limit: u32,
    ) -> StoreResult<Vec<ProductId>> {
        self.step("embeddings.missing")?;
        let described = self.embedded(model, |_, _| true);
        let rows = self.rows();
        let products = rows.market.products.iter().map(|product| product.id);
        let bare = products.filter(|id| *id > after && !described.contains(id));
        Ok(bare.take(limit as usize).collect())
    }
}
