//! Following, searching, recognising and describing over plain rows and an exact index.

mod compare;
mod describer;
mod earlier;
mod follower;
mod paging;
mod search;
mod shelf;

use std::sync::Arc;
use std::time::Duration;

use super::{Duplicates, Follower};
use crate::domain::embedding::{Embedding, ModelId};
use crate::domain::id::{ProductId, UserId};
use crate::domain::timestamp::Timestamp;
use crate::ports::clock::Clock as _;
use crate::services::testing::{Accounts, ExactIndex, FakeClock, duplicates, listing};

/// What points at so many degrees.
fn pointing(degrees: f32) -> Embedding {
    by("fake", degrees)
}

/// The same by another model.
fn by(model: &str, degrees: f32) -> Embedding {
    let (sin, cos) = degrees.to_radians().sin_cos();
    Embedding::new(ModelId::new(model), &[cos, sin]).unwrap()
}

/// Two members, and everything that sees pictures; the index is not filled yet.
struct Bench {
    store: Arc<Accounts>,
    index: Arc<ExactIndex>,
    duplicates: Duplicates,
    anna: UserId,
    berta: UserId,
}

impl Bench {
    fn new() -> Self {
        let store = Arc::new(Accounts::default());
        let index = Arc::new(ExactIndex::default());
        Self {
            duplicates: duplicates(store.clone(), index.clone()),
            anna: store.member("anna", "anna@example.com"),
            berta: store.member("berta", "berta@example.com"),
            store,
            index,
        }
    }

    /// The same with an index that follows.
    async fn filled() -> Self {
        let bench = Self::new();
        bench.follower().reconcile().await.unwrap();
        bench
    }

    fn follower(&self) -> &Arc<Follower> {
        &self.duplicates.similar.follower
    }

    /// Puts a picture up that has no embedding yet.
    fn bare(&self, owner: UserId) -> ProductId {
        self.store.put_up(owner, listing())
    }

    /// Puts a picture up, embedded just now.
    fn put_up(&self, owner: UserId, degrees: f32) -> ProductId {
        let id = self.bare(owner);
        self.store.embed(id, &pointing(degrees), now());
        id
    }
}

/// The time of every clock here.
fn now() -> Timestamp {
    FakeClock::default().now()
}

/// So long ago.
fn ago(minutes: u64) -> Timestamp {
    now().minus(Duration::from_mins(minutes))
}
