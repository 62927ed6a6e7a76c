//! How many of the nearest an index finds, as the server uses it: the index names candidates, the floats judge them.

use shotify::domain::embedding::{Embedding, Similarity};
use shotify::domain::id::ProductId;
use shotify::ports::vectors::VectorIndex;

use super::{id, made, synthetic::Pictures};

/// Asked of the index.
const CANDIDATES: usize = 200;
/// Answered in the end.
const TOP: usize = 10;
const QUERIES: usize = 20;
/// Of 100.
const RECALL: usize = 98;

/// Fills `index` with `count` embeddings and looks for others of the same kinds.
pub async fn holds(index: &impl VectorIndex, parts: usize, count: usize) {
    let mut pictures = Pictures::new(42, parts, 20);
    let items: Vec<_> = (0..count).map(|_| made(&pictures.take())).collect();
    let named = items.iter().cloned().enumerate();
    let named = named.map(|(at, item)| (id(at), item)).collect();
    index.put(named).await.unwrap();
    let mut found = 0;
    for _ in 0..QUERIES {
        let query = made(&pictures.take());
        let exact = best(&query, &items, (0..count).map(id));
        let named = index.nearest(&query, Similarity::new(-1.0), CANDIDATES);
        let named = named.await.unwrap().into_iter().map(|one| one.id);
        let answered = best(&query, &items, named);
        found += exact.iter().filter(|one| answered.contains(one)).count();
    }
    let recall = found * 100 / (QUERIES * TOP);
    assert!(recall >= RECALL, "{recall} of 100 at {count}");
}

/// The most alike of some, by the floats.
fn best(
    query: &Embedding,
    items: &[Embedding],
    some: impl Iterator<Item = ProductId>,
) -> Vec<ProductId> {
    let judge = |one: ProductId| {
        let item = &items[usize::try_from(one.get()).unwrap()];
        (std::cmp::Reverse(query.similarity(item).unwrap()), one)
    };
    let mut judged: Vec<_> = some.map(judge).collect();
    judged.sort_unstable();
    judged.truncate(TOP);
    judged.into_iter().map(|(_, one)| one).collect()
}
