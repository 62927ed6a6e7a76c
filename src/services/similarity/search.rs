//! Searching by a picture: candidates come from the index in growing batches until the page is full after the access
//! rule and the filters, which the database applies. The index alone never decides what is shown.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use thiserror::Error;

use super::Follower;
use super::ranking::{Place, alike, may_stand, walk};
use crate::domain::cursor::Cursor;
use crate::domain::embedding::{Embedding, Similarity};
use crate::domain::id::ProductId;
use crate::domain::page::{Page, PageRequest};
use crate::domain::product::Seen;
use crate::domain::search::ProductFilter;
use crate::domain::viewer::Viewer;
use crate::ports::pictures::Examined;
use crate::ports::store::{Store, StoreError, StoreResult};
use crate::ports::vectors::{IndexError, Neighbour, VectorIndex};

/// The symbol of this order in its cursors.
pub const SIMILARITY_ORDER: char = 's';
/// The best candidates are ranked again by the floats that the database keeps.
const RANKED_AGAIN: usize = 200;
/// Each batch of candidates is so many times as large as the one before.
const GROWTH: usize = 4;

/// Why nothing was searched.
#[derive(Debug, Error)]
pub enum SimilarError {
    /// The index is still being filled.
    #[error("the index of pictures is being filled")]
    NotReady,
    /// The index failed.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Look {
    /// What the picture looks like.
    pub embedding: Embedding,
    /// Its file, for the order of equally alike ones.
    pub sha256: Option<[u8; 32]>,
    /// Left out of what is found.
    pub except: Option<ProductId>,
}

impl From<Examined> for Look {
    fn from(examined: Examined) -> Self {
        Self {
            embedding: examined.embedding,
            sha256: Some(examined.sha256),
            except: None,
        }
    }
}

/// A product that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Alike {
    /// The product.
    pub seen: Seen,
    /// How like the picture it looks.
    pub similarity: Similarity,
    pub(super) place: Place,
}

impl Alike {
    /// Its place in the list.
    #[must_use]
    pub const fn cursor(&self) -> Cursor {
        self.place.cursor()
    }
}

/// Searches by pictures.
#[derive(Clone)]
pub struct Similar {
    /// Rows.
    pub store: Arc<dyn Store>,
    /// Candidates.
    pub index: Arc<dyn VectorIndex>,
    /// Keeps the index like the database.
    pub follower: Arc<Follower>,
    /// What is less alike is not found.
    pub least: Similarity,
}

impl Similar {
    /// One page of what looks like a picture, passes the filter, and may be seen.
    pub async fn page(
        &self,
        viewer: &Viewer,
        filter: &ProductFilter,
        look: &Look,
        request: &PageRequest,
    ) -> Result<Page<Alike>, SimilarError> {
        if filter.finds_nothing() {
            return Ok(request.page(Vec::new()));
        }
        self.follower.catch_up().await?;
        let mut search = Search {
            similar: self,
            viewer,
            filter,
            look,
            found: Vec::new(),
            judged: HashSet::new(),
        };
        Ok(request.page(search.run(request).await?))
    }

    /// How many look like a picture, pass the filter, and may be seen.
    pub async fn count(
        &self,
        viewer: &Viewer,
        filter: &ProductFilter,
        look: &Look,
    ) -> Result<i64, SimilarError> {
        if filter.finds_nothing() {
            return Ok(0);
        }
        self.follower.catch_up().await?;
        let candidates = self.candidates(look, usize::MAX).await?;
        let ids: Vec<ProductId> = candidates
            .best
            .iter()
            .map(|candidate| candidate.id)
            .collect();
        let products = self.store.products();
        Ok(products.count_among(viewer.user, filter, &ids).await?)
    }

    /// The embedding that is kept of a product.
    pub async fn embedding(&self, id: ProductId) -> StoreResult<Option<Embedding>> {
        let model = self.follower.model();
        let found = self.store.embeddings().of(model, &[id]).await?.pop();
        Ok(found.map(|(_, embedding)| embedding))
    }

    /// The best `limit` candidates, the foremost ranked by the stored floats. The order of all of them does not depend
    /// on `limit`: whatever stands behind the foremost is at most as alike as the last of these.
    pub(super) async fn candidates(
        &self,
        look: &Look,
        limit: usize,
    ) -> Result<Candidates, SimilarError> {
        let limit = limit.max(RANKED_AGAIN);
        let nearest = self.index.nearest(&look.embedding, self.least, limit);
        let mut nearest = nearest.await?;
        let all = nearest.len() < limit;
        let rest = nearest.split_off(nearest.len().min(RANKED_AGAIN));
        let mut ranked = self.ranked(look, &nearest).await?;
        let most = ranked.last().map_or(self.least, |last| last.similarity);
        let frontier = rest.last().map_or(most, |last| last.similarity.min(most));
        ranked.extend(rest.into_iter().map(|neighbour| Neighbour {
            similarity: neighbour.similarity.min(most),
            ..neighbour
        }));
        ranked.retain(|candidate| {
            candidate.similarity >= self.least && look.except != Some(candidate.id)
        });
        Ok(Candidates {
            best: ranked,
            frontier: (!all).then_some(frontier),
        })
    }

    /// Exactly, by the stored floats; what has none any more was deleted.
    async fn ranked(&self, look: &Look, best: &[Neighbour]) -> StoreResult<Vec<Neighbour>> {
        let ids: Vec<ProductId> = best.iter().map(|neighbour| neighbour.id).collect();
        let stored = self.store.embeddings().of(look.embedding.model(), &ids);
        let exact = stored.await?.into_iter().filter_map(|(id, embedding)| {
            let similarity = look.embedding.similarity(&embedding)?;
            Some(Neighbour { id, similarity })
        });
        let mut ranked: Vec<Neighbour> = exact.collect();
        ranked.sort_unstable_by_key(|n| (std::cmp::Reverse(n.similarity), n.id));
        Ok(ranked)
    }
}

/// What the index knows.
pub(super) struct Candidates {
    /// Most alike first.
    pub best: Vec<Neighbour>,
    /// None where these are all; else the others are at most so alike.
    pub frontier: Option<Similarity>,
}

/// One search on its way.
struct Search<'a> {
    similar: &'a Similar,
    viewer: &'a Viewer,
    filter: &'a ProductFilter,
    look: &'a Look,
    found: Vec<Alike>,
    judged: HashSet<ProductId>,
}

impl Search<'_> {
    /// The rows of a page in the direction of the walk, one more than wanted where there are more.
    async fn run(&mut self, request: &PageRequest) -> Result<Vec<Alike>, SimilarError> {
        let mut limit = RANKED_AGAIN;
        loop {
            let candidates = self.similar.candidates(self.look, limit).await?;
            let new = self.new_among(&candidates.best, request);
            self.judge(&new).await?;
            if self.is_enough(request, candidates.frontier) {
                return Ok(walk(request, std::mem::take(&mut self.found)));
            }
            // From its end a list is known only as a whole.
            limit = if request.backward && request.before.is_none() {
                usize::MAX
            } else {
                limit.saturating_mul(GROWTH)
            };
        }
    }

    /// Whether no candidate that is yet to come can stand on the page: neither before what fills it, for equally alike
    /// ones are put in order by more than their likeness, nor within its bounds at all.
    fn is_enough(&self, request: &PageRequest, frontier: Option<Similarity>) -> bool {
        let Some(frontier) = frontier else {
            return true;
        };
        let next = Place::first(frontier);
        let beyond = request.before.is_some_and(|at| Place::at(at) <= next);
        let settled = |alike: &&Alike| {
            alike.place < next && request.after.is_none_or(|at| alike.place > Place::at(at))
        };
        let count = self.found.iter().filter(settled).count();
        beyond || (!request.backward && count > request.size as usize)
    }

    fn new_among(&self, candidates: &[Neighbour], request: &PageRequest) -> Vec<Neighbour> {
        let new = candidates.iter().filter(|candidate| {
            may_stand(request, candidate.id, candidate.similarity)
                && !self.judged.contains(&candidate.id)
        });
        new.copied().collect()
    }

    /// Asks the database which of them pass the filter and may be seen.
    async fn judge(&mut self, candidates: &[Neighbour]) -> StoreResult<()> {
        let similarities: HashMap<ProductId, Similarity> =
            candidates.iter().map(|c| (c.id, c.similarity)).collect();
        let ids: Vec<ProductId> = candidates.iter().map(|c| c.id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let products = self.similar.store.products();
        let mut passed = products.among(self.viewer.user, self.filter, &ids).await?;
        // The rule itself, once more: SQL narrows, it does not decide alone.
        passed.retain(|seen| seen.access(self.viewer.user).see);
        for seen in passed {
            let similarity = similarities[&seen.product.id];
            self.found.push(alike(seen, similarity, self.look.sha256));
        }
        self.judged.extend(ids);
        Ok(())
    }
}
