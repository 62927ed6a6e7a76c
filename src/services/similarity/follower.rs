//! The index follows the database: filled at the start without blocking it, kept up by what commits here and on
//! other servers, and compared as a whole now and then.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

use super::search::SimilarError;
use crate::domain::embedding::ModelId;
use crate::domain::id::ProductId;
use crate::domain::timestamp::Timestamp;
use crate::ports::clock::Clock;
use crate::ports::store::{Store, StoreResult};
use crate::ports::vectors::VectorIndex;

/// How far back each look goes. Rows are stamped before they commit: this is longer than the longest transaction (30 s,
/// the deadline of a request) and servers' clocks differ (a minute).
const OVERLAP: Duration = Duration::from_mins(2);
/// How often is looked for what other servers committed.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often everything is compared.
const RECONCILE_EVERY: Duration = Duration::from_mins(10);
/// Ids of one statement.
const IDS: u32 = 10_000;
/// Embeddings of one step, 5 KiB each.
const BATCH: usize = 256;
/// How long a search waits for an index that is being filled.
const PATIENCE: Duration = Duration::from_secs(3);

/// Keeps an index like the database.
pub struct Follower {
    store: Arc<dyn Store>,
    index: Arc<dyn VectorIndex>,
    model: ModelId,
    clock: Arc<dyn Clock>,
    filled: watch::Sender<bool>,
    recent: Mutex<HashSet<ProductId>>,
}

impl Follower {
    /// Follows the embeddings by `model`.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        index: Arc<dyn VectorIndex>,
        model: ModelId,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            index,
            model,
            clock,
            filled: watch::Sender::new(false),
            recent: Mutex::default(),
        }
    }

    /// The model whose embeddings it follows.
    #[must_use]
    pub const fn model(&self) -> &ModelId {
        &self.model
    }

    /// Fills the index, then follows until it is told to stop.
    pub async fn run(&self, ending: CancellationToken) {
        ending.run_until_cancelled(self.follow_for_ever()).await;
    }

    async fn follow_for_ever(&self) {
        loop {
            if let Err(error) = self.reconcile().await {
                tracing::warn!(%error, "the index of pictures cannot be compared with the database");
                tokio::time::sleep(LOOK_EVERY).await;
                continue;
            }
            for _ in 0..RECONCILE_EVERY.as_secs() / LOOK_EVERY.as_secs() {
                tokio::time::sleep(LOOK_EVERY).await;
                if let Err(error) = self.look().await {
                    tracing::warn!(%error, "the index of pictures cannot follow the database");
                }
            }
        }
    }

    /// Waits, not for long, until the index holds all that was committed before the start.
    pub async fn filled(&self) -> Result<(), SimilarError> {
        let mut filled = self.filled.subscribe();
        let waiting = filled.wait_for(|filled| *filled);
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(SimilarError::NotReady),
        }
    }

    /// Whether the index holds all that was committed before the start.
    #[must_use]
    pub fn is_filled(&self) -> bool {
        *self.filled.borrow()
    }

    /// Waits until it is filled, and takes over what was committed before this call, also on other servers: whoever put a
    /// picture up there finds it here at once.
    pub async fn catch_up(&self) -> Result<(), SimilarError> {
        self.filled().await?;
        self.look().await
    }

    /// Takes over what was committed lately, here or elsewhere. Ids commit out of order, so that each look goes back
    /// over what the last ones saw.
    pub async fn look(&self) -> Result<(), SimilarError> {
        // One at a time: what is noted as seen must be in the index when the next look begins.
        let mut recent = self.recent.lock().await;
        let since = self.since();
        let written = self.store.embeddings().written_since(&self.model, since);
        let written: HashSet<ProductId> = written.await?.into_iter().collect();
        let new: Vec<ProductId> = written.difference(&recent).copied().collect();
        self.take_over(&new).await?;
        *recent = written;
        Ok(())
    }

    /// Compares all ids: what is missing is taken over, what the database does not know is dropped.
    pub async fn reconcile(&self) -> Result<(), SimilarError> {
        // Asked before the database: what is committed and put while that is read must not be dropped.
        let held: HashSet<ProductId> = self.index.ids().await?.into_iter().collect();
        let mut known = HashSet::new();
        let mut after = ProductId::new(0);
        loop {
            let ids = self.page(after).await?;
            let Some(last) = ids.last() else { break };
            after = *last;
            let missing: Vec<ProductId> = ids
                .iter()
                .filter(|id| !held.contains(id))
                .copied()
                .collect();
            self.take_over(&missing).await?;
            known.extend(ids);
        }
        let gone: Vec<ProductId> = held.difference(&known).copied().collect();
        self.index.remove(&gone).await?;
        self.filled.send_replace(true);
        Ok(())
    }

    async fn page(&self, after: ProductId) -> StoreResult<Vec<ProductId>> {
        let embeddings = self.store.embeddings();
        embeddings.ids_after(&self.model, after, IDS).await
    }

    async fn take_over(&self, ids: &[ProductId]) -> Result<(), SimilarError> {
        for some in ids.chunks(BATCH) {
            let found = self.store.embeddings().of(&self.model, some).await?;
            self.index.put(found).await?;
        }
        Ok(())
    }

    fn since(&self) -> Timestamp {
        self.clock.now().minus(OVERLAP)
    }
}
