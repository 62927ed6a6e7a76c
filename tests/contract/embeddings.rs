//! `EmbeddingReader` and `Embeddings`.

use shotify::adapters::sql::SqlStore;
use shotify::domain::embedding::{Embedding, ModelId};
use shotify::domain::id::ProductId;
use shotify::domain::timestamp::Timestamp;
use shotify::ports::store::Store;

use crate::support::{Draft, at, confirmed, contract, put_up, unit};

contract! {
    an_embedding_reads_back_to_the_bit,
    a_second_embedding_takes_the_place_of_the_first,
    many_embeddings_are_read_in_few_statements,
    ids_come_in_order_behind_a_place_and_by_model,
    what_was_written_lately_is_found_by_its_stamp,
    products_without_an_embedding_by_the_model_are_missing,
    an_embedding_goes_with_its_product,
    a_dropped_unit_leaves_no_embedding,
}

fn model() -> ModelId {
    ModelId::new("clip-small@1")
}

fn embedding(values: &[f32]) -> Embedding {
    Embedding::from_stored(model(), values.to_vec())
}

async fn set(store: &SqlStore, id: ProductId, embedding: &Embedding, now: Timestamp) {
    let mut unit = unit(store).await;
    unit.embeddings().set(id, embedding, now).await.unwrap();
    unit.commit().await.unwrap();
}

/// So many products without embeddings.
async fn products(store: &SqlStore, count: usize) -> Vec<ProductId> {
    let owner = confirmed(store, "owner").await;
    let mut ids = Vec::new();
    for index in 0..count {
        ids.push(put_up(store, &Draft::of(owner, &format!("{index}"))).await);
    }
    ids
}

async fn of(store: &SqlStore, model: &ModelId, ids: &[ProductId]) -> Vec<(ProductId, Embedding)> {
    let mut found = store.embeddings().of(model, ids).await.unwrap();
    found.sort_by_key(|(id, _)| *id);
    found
}

async fn ids_after(store: &SqlStore, after: i64, limit: u32) -> Vec<ProductId> {
    let after = ProductId::new(after);
    let ids = store.embeddings().ids_after(&model(), after, limit).await;
    ids.unwrap()
}

async fn missing(store: &SqlStore, model: &ModelId, after: i64, limit: u32) -> Vec<ProductId> {
    let after = ProductId::new(after);
    let ids = store.embeddings().missing(model, after, limit).await;
    ids.unwrap()
}

async fn an_embedding_reads_back_to_the_bit(store: SqlStore) {
    let id = products(&store, 1).await[0];
    let mut values: Vec<f32> = (0..1280_u16).map(|n| f32::from(n) / 1279.3 - 0.5).collect();
    values.extend([
        0.0,
        -0.0,
        f32::MIN_POSITIVE,
        f32::MIN_POSITIVE / 2.0,
        1.0 / 3.0,
        -1.0,
    ]);
    set(&store, id, &embedding(&values), at(0)).await;
    let (read_id, read) = of(&store, &model(), &[id]).await.remove(0);
    assert_eq!((read_id, read.model()), (id, &model()));
    let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(read.values()), bits(&values));
}

async fn a_second_embedding_takes_the_place_of_the_first(store: SqlStore) {
    let id = products(&store, 1).await[0];
    set(&store, id, &embedding(&[1.0, 0.0]), at(0)).await;
    // The very same row again is no fault either.
    set(&store, id, &embedding(&[1.0, 0.0]), at(0)).await;
    set(&store, id, &embedding(&[0.0, 1.0]), at(0)).await;
    let expected = vec![(id, embedding(&[0.0, 1.0]))];
    assert_eq!(of(&store, &model(), &[id]).await, expected);
    let next = ModelId::new("next");
    let by_next = Embedding::from_stored(next.clone(), vec![1.0; 3]);
    set(&store, id, &by_next, at(0)).await;
    assert!(of(&store, &model(), &[id]).await.is_empty());
    assert_eq!(of(&store, &next, &[id]).await, [(id, by_next)]);
}

async fn many_embeddings_are_read_in_few_statements(store: SqlStore) {
    let ids = products(&store, 300).await;
    let mut writing = unit(&store).await;
    for (id, n) in ids.iter().zip(0_u16..) {
        let embedding = embedding(&[f32::from(n), 1.0]);
        let embeddings = writing.embeddings();
        embeddings.set(*id, &embedding, at(0)).await.unwrap();
    }
    writing.commit().await.unwrap();
    let asked: Vec<_> = [ProductId::new(99_999)]
        .iter()
        .chain(&ids)
        .copied()
        .collect();
    let before = store.statements();
    let found = of(&store, &model(), &asked).await;
    assert_eq!(store.statements() - before, 2);
    assert!(found.iter().map(|(id, _)| *id).eq(ids));
    for ((_, read), n) in found.iter().zip(0_u16..) {
        assert_eq!(read, &embedding(&[f32::from(n), 1.0]));
    }
    let before = store.statements();
    assert!(of(&store, &model(), &[]).await.is_empty());
    assert_eq!(store.statements() - before, 0);
}

async fn ids_come_in_order_behind_a_place_and_by_model(store: SqlStore) {
    let ids = products(&store, 5).await;
    for id in [ids[3], ids[0], ids[1]] {
        set(&store, id, &embedding(&[1.0]), at(0)).await;
    }
    let other = Embedding::from_stored(ModelId::new("other"), vec![1.0]);
    set(&store, ids[4], &other, at(0)).await;
    assert_eq!(ids_after(&store, 0, 9).await, [ids[0], ids[1], ids[3]]);
    assert_eq!(ids_after(&store, 0, 2).await, [ids[0], ids[1]]);
    assert_eq!(ids_after(&store, ids[1].get(), 9).await, [ids[3]]);
    assert!(ids_after(&store, ids[3].get(), 9).await.is_empty());
}

async fn what_was_written_lately_is_found_by_its_stamp(store: SqlStore) {
    let ids = products(&store, 4).await;
    // A higher id may be stamped earlier.
    for (id, seconds) in ids.iter().zip([30, 10, 20]) {
        set(&store, *id, &embedding(&[1.0]), at(seconds)).await;
    }
    let other = Embedding::from_stored(ModelId::new("other"), vec![1.0]);
    set(&store, ids[3], &other, at(30)).await;
    for (since, expected) in [
        (0, &ids[..3]),
        (20, &[ids[0], ids[2]]),
        (30, &ids[..1]),
        (31, &[]),
    ] {
        let model = model();
        let found = store.embeddings().written_since(&model, at(since)).await;
        assert_eq!(found.unwrap(), expected, "since {since}");
    }
    // Written anew is written lately.
    set(&store, ids[1], &embedding(&[1.0]), at(40)).await;
    let model = model();
    let found = store.embeddings().written_since(&model, at(31)).await;
    assert_eq!(found.unwrap(), [ids[1]]);
}

async fn products_without_an_embedding_by_the_model_are_missing(store: SqlStore) {
    let ids = products(&store, 4).await;
    set(&store, ids[1], &embedding(&[1.0]), at(0)).await;
    let other = ModelId::new("other");
    let by_other = Embedding::from_stored(other.clone(), vec![1.0]);
    set(&store, ids[2], &by_other, at(0)).await;
    let of_model = [ids[0], ids[2], ids[3]];
    assert_eq!(missing(&store, &model(), 0, 9).await, of_model);
    assert_eq!(missing(&store, &model(), 0, 2).await, of_model[..2]);
    let behind = ids[0].get();
    assert_eq!(missing(&store, &model(), behind, 9).await, of_model[1..]);
    let of_other = [ids[0], ids[1], ids[3]];
    assert_eq!(missing(&store, &other, 0, 9).await, of_other);
}

async fn an_embedding_goes_with_its_product(store: SqlStore) {
    let ids = products(&store, 2).await;
    for id in &ids {
        set(&store, *id, &embedding(&[1.0]), at(0)).await;
    }
    let mut removing = unit(&store).await;
    removing.products().remove(ids[0]).await.unwrap();
    removing.commit().await.unwrap();
    assert_eq!(ids_after(&store, 0, 9).await, [ids[1]]);
    assert_eq!(of(&store, &model(), &ids).await.len(), 1);
    assert!(missing(&store, &model(), 0, 9).await.is_empty());
}

async fn a_dropped_unit_leaves_no_embedding(store: SqlStore) {
    let id = products(&store, 1).await[0];
    drop_after(&store, id).await;
    assert!(of(&store, &model(), &[id]).await.is_empty());
    set(&store, id, &embedding(&[0.5]), at(0)).await;
    drop_after(&store, id).await;
    let kept = [(id, embedding(&[0.5]))];
    assert_eq!(of(&store, &model(), &[id]).await, kept);
}

async fn drop_after(store: &SqlStore, id: ProductId) {
    let mut dropped = unit(store).await;
    let other = embedding(&[1.0]);
    dropped.embeddings().set(id, &other, at(9)).await.unwrap();
}
