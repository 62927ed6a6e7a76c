//! An exact index, and what services need to see pictures by it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream;

use super::{CountingLimiter, FakeClock};
use crate::domain::embedding::{Embedding, ModelId, Similarity};
use crate::domain::id::ProductId;
use crate::domain::label::Label;
use crate::ports::objects::{MockObjectStore, Object, ObjectError, ObjectStore};
use crate::ports::rate_limit::Quota;
use crate::ports::store::Store;
use crate::ports::vectors::{IndexError, IndexResult, Neighbour, VectorIndex};
use crate::ports::vision::{LabelError, MockLabeller, Thesaurus};
use crate::services::labelling::Labelling;
use crate::services::similarity::{Duplicates, Follower, Similar};

/// Compares with every embedding.
#[derive(Default)]
pub struct ExactIndex {
    held: Mutex<BTreeMap<ProductId, Embedding>>,
    /// Every search is refused.
    pub busy: Mutex<bool>,
    /// The limits of all searches.
    pub limits: Mutex<Vec<usize>>,
}

impl ExactIndex {
    /// Puts one embedding.
    pub fn hold(&self, id: ProductId, embedding: &Embedding) {
        self.held.lock().unwrap().insert(id, embedding.clone());
    }

    /// All ids, ascending.
    pub fn held(&self) -> Vec<ProductId> {
        self.held.lock().unwrap().keys().copied().collect()
    }
}

#[async_trait]
impl VectorIndex for ExactIndex {
    async fn nearest(
        &self,
        query: &Embedding,
        least: Similarity,
        limit: usize,
    ) -> IndexResult<Vec<Neighbour>> {
        if *self.busy.lock().unwrap() {
            return Err(IndexError::Busy);
        }
        self.limits.lock().unwrap().push(limit);
        let held = self.held.lock().unwrap();
        let all = held.iter().filter_map(|(id, embedding)| {
            let similarity = query.similarity(embedding)?;
            Some(Neighbour {
                id: *id,
                similarity,
            })
        });
        let mut found: Vec<_> = all.filter(|n| n.similarity >= least).collect();
        found.sort_by_key(|n| (std::cmp::Reverse(n.similarity), n.id));
        found.truncate(limit);
        Ok(found)
    }
    async fn put(&self, items: Vec<(ProductId, Embedding)>) -> IndexResult<()> {
        self.held.lock().unwrap().extend(items);
        Ok(())
    }
    async fn remove(&self, ids: &[ProductId]) -> IndexResult<()> {
        self.held.lock().unwrap().retain(|id, _| !ids.contains(id));
        Ok(())
    }
    async fn ids(&self) -> IndexResult<Vec<ProductId>> {
        Ok(self.held())
    }
}

/// Knows that a goldfish is a fish and an animal.
pub struct FakeThesaurus;

impl Thesaurus for FakeThesaurus {
    fn related(&self, label: &Label) -> Vec<String> {
        match label.as_str() {
            "goldfish" => vec!["Carassius auratus".into(), "fish".into(), "animal".into()],
            _ => Vec::new(),
        }
    }
}

/// An object store that holds every preview but the `broken` one.
pub fn previews(broken: Option<&'static str>) -> MockObjectStore {
    let mut objects = MockObjectStore::new();
    objects.expect_get().returning(move |key, range| {
        assert_eq!(range, None);
        assert!(key.contains("/preview."), "{key}");
        if Some(key) == broken {
            return Err(ObjectError::Missing);
        }
        // In pieces, as stores send them.
        let pieces = [&b"pre"[..], b"view"].map(|piece| Ok(Bytes::from_static(piece)));
        Ok(Object {
            size: 7,
            bytes: Box::pin(stream::iter(pieces)),
        })
    });
    objects
}

/// A labeller that always answers the same.
pub fn labeller(
    answer: impl Fn() -> Result<Vec<Label>, LabelError> + Send + 'static,
) -> MockLabeller {
    let mut labeller = MockLabeller::new();
    labeller.expect_label().returning(move |_| answer());
    labeller
}

/// Labels by their names.
pub fn labels(names: &[&str]) -> Vec<Label> {
    Label::parse_all(names).unwrap()
}

/// Labelling with a labeller of the test's own; a member may have three pictures labelled an hour.
pub fn labelling(
    store: Arc<dyn Store>,
    objects: Arc<dyn ObjectStore>,
    labeller: MockLabeller,
) -> Labelling {
    Labelling {
        store,
        objects,
        labeller: Arc::new(labeller),
        thesaurus: Arc::new(FakeThesaurus),
        limiter: Arc::new(CountingLimiter::default()),
        clock: Arc::new(FakeClock::default()),
        quota: Quota {
            limit: 3,
            window: Duration::from_hours(1),
        },
    }
}

/// Comparing over an index that is empty and not yet filled.
pub fn duplicates(store: Arc<dyn Store>, index: Arc<ExactIndex>) -> Duplicates {
    let clock = Arc::new(FakeClock::default());
    let model = ModelId::new("fake");
    let follower = Follower::new(store.clone(), index.clone(), model, clock.clone());
    Duplicates {
        similar: Similar {
            store,
            index,
            follower: Arc::new(follower),
            least: Similarity::new(0.5),
        },
        clock,
    }
}
