//! An index in this process's memory that looks at every vector: for one server.
//!
//! Looking at all of them finds what an approximate graph may miss, needs no building, and takes changes at once.
//! What makes it quick is that little is read: [`codes`] keeps a vector in a byte a part and compares bytes with the
//! instructions that the processor has, [`segments`] lets searches and writers work side by side, and [`best`] keeps
//! the few that are answered. Nothing is written to a disk: whoever starts the server fills it from the database.

mod best;
mod codes;
mod segments;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use pulp::Arch;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use crate::domain::embedding::{Embedding, ModelId, Similarity};
use crate::domain::id::ProductId;
use crate::ports::vectors::{IndexError, IndexResult, Neighbour, VectorIndex};

use best::Best;
use codes::{Codes, Query};
use segments::{Segment, Segments};

/// Vectors that are written before searches get their turn: the lock is held for one such batch.
const BATCH: usize = 64;

/// How much searching the process puts up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchLimits {
    /// Searches at the same time, each on a thread of its own; at least one.
    pub at_once: usize,
    /// Searches that may wait for their turn; one more is refused as busy.
    pub waiting: usize,
}

impl Default for SearchLimits {
    /// Half the processors, so that searches never starve the rest.
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            at_once: (processors / 2).max(1),
            waiting: 64,
        }
    }
}

/// The embeddings of one model, in about as many bytes as they have parts.
pub struct MemoryIndex {
    model: ModelId,
    dimensions: usize,
    arch: Arch,
    segments: Arc<Mutex<Segments>>,
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

impl MemoryIndex {
    /// An empty one for what `model` makes, `dimensions` numbers each. It takes whatever the processor has.
    #[must_use]
    pub fn new(model: ModelId, dimensions: usize, limits: SearchLimits) -> Self {
        Self::with_arch(Arch::new(), model, dimensions, limits)
    }

    /// An empty one that computes with the instructions given, for comparisons.
    #[must_use]
    pub fn with_arch(arch: Arch, model: ModelId, dimensions: usize, limits: SearchLimits) -> Self {
        let at_once = limits.at_once.max(1);
        Self {
            model,
            dimensions,
            arch,
            segments: Arc::new(Mutex::new(Segments::new(dimensions))),
            places: Arc::new(Semaphore::new(at_once.saturating_add(limits.waiting))),
            turns: Arc::new(Semaphore::new(at_once)),
        }
    }

    fn takes(&self, embedding: &Embedding) -> bool {
        *embedding.model() == self.model && embedding.values().len() == self.dimensions
    }

    /// What a search holds until its work ends, whoever still waits for it.
    async fn turn(&self) -> IndexResult<(OwnedSemaphorePermit, OwnedSemaphorePermit)> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| IndexError::Busy)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        Ok((place, turn.map_err(|error| failed(&error))?))
    }

    /// Works on the segments beside the async workers.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Mutex<Segments>) -> T + Send + 'static,
    ) -> IndexResult<T> {
        let segments = Arc::clone(&self.segments);
        let done = spawn_blocking(move || work(&segments)).await;
        done.map_err(|error| failed(&error))
    }
}

fn failed(error: &impl ToString) -> IndexError {
    IndexError::Failed(error.to_string())
}

fn lock(segments: &Mutex<Segments>) -> MutexGuard<'_, Segments> {
    segments.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The lock is held while the segments are counted, not while they are read.
fn snapshot(segments: &Mutex<Segments>) -> Vec<Arc<Segment>> {
    lock(segments).snapshot()
}

#[async_trait]
impl VectorIndex for MemoryIndex {
    /// What is less alike than `least` by no more than the bytes may be off is answered, too: better one too many for
    /// whoever has the floats than one lost.
    async fn nearest(
        &self,
        query: &Embedding,
        least: Similarity,
        limit: usize,
    ) -> IndexResult<Vec<Neighbour>> {
        let query = self.takes(query).then(|| Query::of(query.values()));
        let Some(query) = query.flatten() else {
            return Ok(Vec::new());
        };
        let (arch, turn) = (self.arch, self.turn().await?);
        self.blocking(move |segments| {
            let _held = turn;
            let mut best = Best::new(least, limit);
            for segment in snapshot(segments) {
                segment.search(arch, &query, &mut best);
            }
            best.into_neighbours()
        })
        .await
    }

    async fn put(&self, mut items: Vec<(ProductId, Embedding)>) -> IndexResult<()> {
        items.retain(|(_, embedding)| self.takes(embedding));
        self.blocking(move |segments| {
            for batch in items.chunks(BATCH) {
                let coded = |(id, embedding): &(ProductId, Embedding)| {
                    Some((*id, Codes::of(embedding.values())?))
                };
                let batch: Vec<_> = batch.iter().filter_map(coded).collect();
                let mut segments = lock(segments);
                for (id, codes) in &batch {
                    segments.put(*id, codes);
                }
            }
        })
        .await
    }

    async fn remove(&self, ids: &[ProductId]) -> IndexResult<()> {
        let ids = ids.to_vec();
        self.blocking(move |segments| {
            for batch in ids.chunks(BATCH) {
                let mut segments = lock(segments);
                for id in batch {
                    segments.remove(*id);
                }
            }
        })
        .await
    }

    async fn ids(&self) -> IndexResult<Vec<ProductId>> {
        self.blocking(|segments| {
            let segments = snapshot(segments);
            let ids = segments.iter().flat_map(|segment| segment.ids());
            let mut ids: Vec<_> = ids.copied().collect();
            ids.sort_unstable();
            ids
        })
        .await
    }
}
