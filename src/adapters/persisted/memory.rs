//! Documents in this process's memory, bounded in bytes; the rarely used go first.

use std::sync::Arc;

use async_trait::async_trait;
use moka::sync::Cache;

use crate::ports::persisted::PersistedQueries;
use crate::ports::store::StoreResult;

/// What an entry costs beside its document.
const ENTRY_BYTES: usize = 256;

/// Documents by their hash.
pub struct MemoryQueries(Cache<String, Arc<str>>);

impl MemoryQueries {
    /// At most about this many bytes.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let weigher = |_: &String, document: &Arc<str>| {
            u32::try_from(document.len() + ENTRY_BYTES).unwrap_or(u32::MAX)
        };
        Self(
            Cache::builder()
                .max_capacity(bytes)
                .weigher(weigher)
                .build(),
        )
    }

    pub(super) fn known(&self, hash: &str) -> Option<Arc<str>> {
        self.0.get(hash)
    }

    pub(super) fn keep(&self, hash: &str, document: Arc<str>) {
        self.0.insert(hash.to_owned(), document);
    }
}

impl Default for MemoryQueries {
    fn default() -> Self {
        Self::new(4 * 1024 * 1024)
    }
}

#[async_trait]
impl PersistedQueries for MemoryQueries {
    async fn get(&self, hash: &str) -> StoreResult<Option<Arc<str>>> {
        Ok(self.known(hash))
    }

    async fn put(&self, hash: &str, document: &str) -> StoreResult<()> {
        self.keep(hash, document.into());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn memory_is_bounded() {
        let queries = MemoryQueries::new(20_000);
        let document = "x".repeat(1000);
        for hash in 0..100 {
            queries.put(&hash.to_string(), &document).await.unwrap();
        }
        queries.0.run_pending_tasks();
        assert!(queries.0.weighted_size() <= 20_000);
        assert!(queries.0.entry_count() > 0);
    }
}
