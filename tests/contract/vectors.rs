//! What every index of embeddings must do.
//!
//! How many of the nearest it finds is measured on made-up embeddings, like real ones in what matters: no part is
//! negative, many are zero, and pictures come in clusters, so that the nearest are close to each other.

#[path = "vectors/recall.rs"]
mod recall;
#[path = "vectors/synthetic.rs"]
mod synthetic;

use std::sync::Arc;

use shotify::domain::embedding::{Embedding, ModelId, Similarity};
use shotify::domain::id::ProductId;
use shotify::ports::vectors::{Neighbour, VectorIndex};

use crate::support::race;

/// Parts of the embeddings that the contract is about, but for those of [`recall`].
const PARTS: usize = 4;
/// How far what an index says may be off.
const OFF: i32 = 2_000;

/// Runs the whole contract but for [`recall`]; `make` makes an empty index of the model `contract`.
async fn holds<I: VectorIndex + 'static>(make: impl Fn(usize) -> I) {
    an_empty_one_finds_nothing(&make(PARTS)).await;
    what_is_put_is_seen_at_once(&make(PARTS)).await;
    the_most_alike_are_first_and_ties_go_by_id(&make(PARTS)).await;
    no_more_than_the_limit_and_no_less_alike_than_least(&make(PARTS)).await;
    similarities_are_nearly_exact(&make(64)).await;
    other_models_and_lengths_are_ignored(&make(PARTS)).await;
    what_is_removed_is_gone_and_the_rest_stays(&make(PARTS)).await;
    racing_writers_and_searches_lose_nothing(Arc::new(make(PARTS))).await;
}

fn id(id: usize) -> ProductId {
    ProductId::new(i64::try_from(id).unwrap())
}

fn of(model: &str, values: &[f32]) -> Embedding {
    Embedding::new(ModelId::new(model), values).unwrap()
}

fn made(values: &[f32]) -> Embedding {
    of("contract", values)
}

/// One at so many degrees from the first axis.
fn at(degrees: f32) -> Embedding {
    let angle = degrees.to_radians();
    made(&[angle.cos(), angle.sin(), 0.0, 0.0])
}

async fn put(index: &impl VectorIndex, items: &[(usize, Embedding)]) {
    let items = items.iter().map(|(of, item)| (id(*of), item.clone()));
    index.put(items.collect()).await.unwrap();
}

async fn found(index: &impl VectorIndex, query: &Embedding, limit: usize) -> Vec<Neighbour> {
    let all = Similarity::new(-1.0);
    index.nearest(query, all, limit).await.unwrap()
}

async fn ids(index: &impl VectorIndex, query: &Embedding) -> Vec<i64> {
    let found = found(index, query, usize::MAX).await;
    found.iter().map(|neighbour| neighbour.id.get()).collect()
}

async fn an_empty_one_finds_nothing(index: &impl VectorIndex) {
    assert_eq!(found(index, &at(0.0), 10).await, []);
    assert_eq!(index.ids().await.unwrap(), []);
    index.remove(&[id(1)]).await.unwrap();
    index.put(Vec::new()).await.unwrap();
    assert_eq!(index.ids().await.unwrap(), []);
}

async fn what_is_put_is_seen_at_once(index: &impl VectorIndex) {
    put(index, &[(1, at(10.0)), (2, at(50.0))]).await;
    assert_eq!(ids(index, &at(0.0)).await, [1, 2]);
    put(index, &[(1, at(80.0)), (3, at(5.0))]).await;
    assert_eq!(ids(index, &at(0.0)).await, [3, 2, 1]);
    put(index, &[(4, at(0.0)), (4, at(90.0))]).await;
    assert_eq!(
        ids(index, &at(0.0)).await,
        [3, 2, 1, 4],
        "the last of one id"
    );
    let held = index.ids().await.unwrap();
    assert_eq!(held, [id(1), id(2), id(3), id(4)], "ascending, each once");
}

async fn the_most_alike_are_first_and_ties_go_by_id(index: &impl VectorIndex) {
    let twins = [9, 3, 7, 5].map(|id| (id, at(20.0)));
    put(index, &twins).await;
    put(index, &[(8, at(0.0)), (1, at(60.0))]).await;
    assert_eq!(ids(index, &at(0.0)).await, [8, 3, 5, 7, 9, 1]);
    let first = found(index, &at(0.0), 3).await;
    let first: Vec<_> = first.iter().map(|neighbour| neighbour.id).collect();
    assert_eq!(first, [id(8), id(3), id(5)]);
}

async fn no_more_than_the_limit_and_no_less_alike_than_least(index: &impl VectorIndex) {
    let items: Vec<_> = [0.0, 30.0, 60.0, 90.0, 120.0, 180.0].map(at).into();
    let items: Vec<_> = items.into_iter().enumerate().collect();
    put(index, &items).await;
    for (least, limit, expected) in [
        (-1.0, 6, 6),
        (-1.0, 4, 4),
        (-1.0, 0, 0),
        (-0.8, 9, 5),
        (0.2, 9, 3),
        (0.8, 9, 2),
        (0.8, 1, 1),
        (1.0, 9, 1),
    ] {
        let least = Similarity::new(least);
        let found = index.nearest(&at(0.0), least, limit).await.unwrap();
        assert_eq!(found.len(), expected, "{least} {limit}");
    }
}

async fn similarities_are_nearly_exact(index: &impl VectorIndex) {
    let mut picture = synthetic::Pictures::new(7, 64, 3);
    let items: Vec<_> = (0..50).map(|at| (at, made(&picture.take()))).collect();
    put(index, &items).await;
    for (one, query) in &items[..5] {
        for neighbour in found(index, query, 50).await {
            let item = &items[usize::try_from(neighbour.id.get()).unwrap()].1;
            let exact = query.similarity(item).unwrap().millionths();
            let off = neighbour.similarity.millionths() - exact;
            assert!(off.abs() <= OFF, "{one} {neighbour:?} {exact}");
        }
    }
}

async fn other_models_and_lengths_are_ignored(index: &impl VectorIndex) {
    put(index, &[(1, at(10.0))]).await;
    let others = [
        of("another", &[1.0, 0.0, 0.0, 0.0]),
        made(&[1.0, 0.0, 0.0]),
        made(&[1.0, 0.0, 0.0, 0.0, 0.0]),
    ];
    for other in others {
        put(
            index,
            &[(1, other.clone()), (2, other.clone()), (3, at(0.0))],
        )
        .await;
        assert_eq!(ids(index, &at(0.0)).await, [3, 1], "{other:?}");
        let first = found(index, &at(10.0), 1).await;
        assert_eq!(first[0].id, id(1), "it stays as it was: {other:?}");
        assert_eq!(ids(index, &other).await, [0_i64; 0]);
    }
}

async fn what_is_removed_is_gone_and_the_rest_stays(index: &impl VectorIndex) {
    let mut pictures = synthetic::Pictures::new(11, PARTS, 50);
    let items: Vec<_> = (0..2500).map(|at| (at, made(&pictures.take()))).collect();
    put(index, &items).await;
    let (gone, kept): (Vec<_>, Vec<_>) = items.into_iter().partition(|(at, _)| at % 3 == 0);
    let names: Vec<_> = gone.iter().map(|(at, _)| id(*at)).collect();
    for _ in 0..2 {
        index.remove(&names).await.unwrap();
        let kept: Vec<_> = kept.iter().map(|(at, _)| id(*at)).collect();
        assert_eq!(index.ids().await.unwrap(), kept);
    }
    for (at, query) in kept.iter().step_by(199) {
        let found = found(index, query, usize::MAX).await;
        assert_eq!(found.len(), kept.len());
        let own = found.iter().find(|neighbour| neighbour.id == id(*at));
        let own = own.unwrap().similarity;
        assert!(
            own.millionths() > Similarity::MOST.millionths() - OFF,
            "{own}"
        );
    }
    put(index, &gone).await;
    assert_eq!(index.ids().await.unwrap().len(), 2500);
}

/// Each writer adds its own, moves them from one axis to another and removes every other one; all the while searches
/// see each at one of the two places or not at all.
async fn racing_writers_and_searches_lose_nothing<I: VectorIndex + 'static>(index: Arc<I>) {
    const WRITERS: usize = 4;
    const EACH: usize = 400;
    race(2 * WRITERS, |racer| {
        let index = Arc::clone(&index);
        async move {
            if racer < WRITERS {
                write(&*index, racer * EACH..(racer + 1) * EACH).await;
            } else {
                watch(&*index, WRITERS * EACH).await;
            }
        }
    })
    .await;
    let all: Vec<_> = (0..WRITERS * EACH)
        .filter(|at| at % 2 == 1)
        .map(id)
        .collect();
    assert_eq!(index.ids().await.unwrap(), all);
    let moved = found(&*index, &at(90.0), all.len()).await;
    assert!(
        moved
            .iter()
            .all(|neighbour| neighbour.similarity.get() > 0.99)
    );
    let moved: Vec<_> = moved.iter().map(|neighbour| neighbour.id).collect();
    assert_eq!(moved, all);
}

async fn write(index: &impl VectorIndex, own: std::ops::Range<usize>) {
    let own: Vec<_> = own.collect();
    for some in own.chunks(20) {
        for degrees in [0.0, 90.0] {
            let items: Vec<_> = some.iter().map(|of| (*of, at(degrees))).collect();
            put(index, &items).await;
        }
        let even: Vec<_> = some
            .iter()
            .filter(|at| *at % 2 == 0)
            .map(|at| id(*at))
            .collect();
        index.remove(&even).await.unwrap();
    }
}

async fn watch(index: &impl VectorIndex, most: usize) {
    for _ in 0..100 {
        let seen = found(index, &at(0.0), usize::MAX).await;
        let mut ids: Vec<_> = seen.iter().map(|neighbour| neighbour.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), seen.len(), "one entry for each id");
        assert!(seen.len() <= most);
        for neighbour in seen {
            let place = neighbour.similarity.millionths().rem_euclid(1_000_000);
            assert!(
                !(OFF..=1_000_000 - OFF).contains(&place),
                "torn: {neighbour:?}"
            );
        }
    }
}

mod memory {
    use shotify::adapters::vectors::memory::{MemoryIndex, SearchLimits};

    use super::*;

    fn make(parts: usize) -> MemoryIndex {
        MemoryIndex::new(ModelId::new("contract"), parts, SearchLimits::default())
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_index_in_memory_keeps_the_contract() {
        holds(make).await;
    }

    #[tokio::test]
    async fn it_finds_the_nearest_of_100() {
        recall::holds(&make(1280), 1280, 100).await;
    }

    #[tokio::test]
    async fn it_finds_the_nearest_of_1_000() {
        recall::holds(&make(1280), 1280, 1_000).await;
    }

    /// Shorter ones, for tests are not optimised. The shorter, the harder it is: there are fewer errors to cancel out.
    #[tokio::test]
    async fn it_finds_the_nearest_of_10_000() {
        recall::holds(&make(256), 256, 10_000).await;
    }
}
