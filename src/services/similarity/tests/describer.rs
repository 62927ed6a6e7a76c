//! Making up for missing embeddings.

use tokio_util::sync::CancellationToken;

use super::*;
use crate::domain::words::Word;
use crate::ports::objects::{MockObjectStore, ObjectError};
use crate::ports::store::StoreError;
use crate::services::similarity::Describer;
use crate::services::testing::{FakeStudio, FakeThesaurus, Fault, labels, previews};

fn describer(bench: &Bench, objects: MockObjectStore) -> Describer {
    Describer {
        store: bench.store.clone(),
        objects: Arc::new(objects),
        studio: Arc::new(FakeStudio::default()),
        thesaurus: Arc::new(FakeThesaurus),
        clock: Arc::new(FakeClock::default()),
    }
}

async fn describe(bench: &Bench, objects: MockObjectStore) -> u64 {
    let describer = describer(bench, objects);
    let ending = CancellationToken::new();
    describer.describe_all(&ending).await.unwrap()
}

#[tokio::test]
async fn what_has_no_embedding_by_the_model_in_use_gets_one_from_its_preview() {
    let bench = Bench::new();
    let bare = bench.bare(bench.anna);
    let outdated = bench.bare(bench.berta);
    bench.store.embed(outdated, &by("another", 1.0), ago(5));
    let described = bench.put_up(bench.anna, 2.0);
    assert_eq!(describe(&bench, previews(None)).await, 2);
    let embeddings = bench.store.rows().market.embeddings.clone();
    let expected = (FakeStudio::embedding(7, b"preview"), now());
    assert_eq!(embeddings[&bare], expected);
    assert_eq!(embeddings[&outdated], expected);
    assert_eq!(embeddings[&described], (pointing(2.0), now()));
    assert_eq!(describe(&bench, MockObjectStore::new()).await, 0);
}

#[tokio::test]
async fn its_words_are_written_anew_with_what_its_labels_are_kinds_of() {
    let bench = Bench::new();
    let id = bench.bare(bench.anna);
    let labels = labels(&["goldfish"]);
    bench.store.rows().market.labels.insert(id, labels);
    describe(&bench, previews(None)).await;
    let words = bench.store.rows().market.words[&id].clone();
    let related: Vec<&str> = words.related.iter().map(Word::as_str).collect();
    assert_eq!(related, ["carassius", "auratus", "fish", "animal"]);
    assert_eq!(words.labels.len(), 1);
    assert_eq!(words.title.len(), 3);
}

#[tokio::test]
async fn a_picture_that_cannot_be_described_is_passed_over_until_the_next_time() {
    let bench = Bench::new();
    let ids = [
        bench.bare(bench.anna),
        bench.bare(bench.anna),
        bench.bare(bench.anna),
    ];
    assert_eq!(describe(&bench, previews(Some("1/preview.jpg"))).await, 2);
    let described = |id| bench.store.rows().market.embeddings.contains_key(&id);
    assert_eq!(ids.map(described), [true, false, true]);
    assert_eq!(describe(&bench, previews(None)).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_product_that_is_deleted_or_changed_meanwhile_is_left_in_order() {
    let bench = Bench::new();
    let (deleted, contended) = (bench.bare(bench.anna), bench.bare(bench.anna));
    let gone = Fault::Meanwhile(Box::new(move |rows| {
        rows.market.products.retain(|product| product.id != deleted);
    }));
    bench.store.fault("begin", 1, gone);
    bench
        .store
        .fault("products.set_words", 1, Fault::contended(|_| ()));
    describe(&bench, previews(None)).await;
    let embeddings = bench.store.rows().market.embeddings.clone();
    assert!(embeddings.keys().eq([&contended]));
}

#[tokio::test]
async fn more_than_one_statement_lists_are_all_described() {
    let bench = Bench::new();
    for _ in 0..230 {
        bench.bare(bench.anna);
    }
    assert_eq!(describe(&bench, previews(None)).await, 230);
}

#[tokio::test]
async fn it_stops_between_two_pictures() {
    let bench = Bench::new();
    bench.bare(bench.anna);
    bench.bare(bench.anna);
    let ending = CancellationToken::new();
    let stop = ending.clone();
    let mut objects = MockObjectStore::new();
    objects.expect_get().times(1).returning(move |_, _| {
        stop.cancel();
        Err(ObjectError::Missing)
    });
    let describer = describer(&bench, objects);
    assert_eq!(describer.describe_all(&ending).await.unwrap(), 0);
    describer.run(ending).await;
}

/// D4
#[tokio::test(start_paused = true)]
async fn a_running_describer_outlives_an_absent_database_and_looks_again_later() {
    let bench = Bench::new();
    let first = bench.bare(bench.anna);
    let away = Fault::Fails(StoreError::Unavailable("away".into()));
    bench.store.fault("embeddings.missing", 1, away);
    let (describer, ending) = (describer(&bench, previews(None)), CancellationToken::new());
    let stop = ending.clone();
    let running = tokio::spawn(async move { describer.run(stop).await });
    tokio::time::sleep(Duration::from_mins(11)).await;
    assert!(bench.store.rows().market.embeddings.contains_key(&first));
    let second = bench.bare(bench.anna);
    tokio::time::sleep(Duration::from_mins(11)).await;
    assert!(bench.store.rows().market.embeddings.contains_key(&second));
    ending.cancel();
    running.await.unwrap();
}
