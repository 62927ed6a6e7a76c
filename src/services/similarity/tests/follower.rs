//! Filling and following.

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::ports::store::StoreError;
use crate::services::similarity::SimilarError;
use crate::services::testing::Fault;

fn away() -> Fault {
    Fault::Fails(StoreError::Unavailable("away".into()))
}

#[tokio::test]
async fn filling_takes_over_what_the_model_in_use_has_embedded_and_nothing_else() {
    let bench = Bench::new();
    let old = bench.bare(bench.anna);
    bench.store.embed(old, &pointing(1.0), ago(1000));
    let new = bench.put_up(bench.berta, 2.0);
    let other = bench.bare(bench.anna);
    bench.store.embed(other, &by("another", 3.0), now());
    bench.bare(bench.anna);
    assert!(!bench.follower().is_filled());
    bench.follower().reconcile().await.unwrap();
    assert!(bench.follower().is_filled());
    assert_eq!(bench.index.held(), [old, new]);
}

#[tokio::test(start_paused = true)]
async fn whoever_searches_waits_for_the_filling_but_not_for_long() {
    let bench = Bench::new();
    let started = Instant::now();
    let waited = bench.follower().filled().await;
    assert!(matches!(waited, Err(SimilarError::NotReady)), "{waited:?}");
    assert_eq!(started.elapsed().as_secs(), 3);

    let filling = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        bench.follower().reconcile().await.unwrap();
    };
    let (waited, ()) = tokio::join!(bench.follower().filled(), filling);
    assert!(waited.is_ok(), "{waited:?}");
    let started = Instant::now();
    bench.follower().filled().await.unwrap();
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn a_row_that_commits_late_under_a_lower_id_and_an_earlier_stamp_is_taken_over() {
    let bench = Bench::filled().await;
    let slow = bench.bare(bench.anna);
    let quick = bench.put_up(bench.berta, 2.0);
    bench.follower().look().await.unwrap();
    assert_eq!(bench.index.held(), [quick]);
    bench.store.embed(slow, &pointing(1.0), ago(1));
    bench.follower().look().await.unwrap();
    assert_eq!(bench.index.held(), [slow, quick]);
}

#[tokio::test]
async fn a_look_reads_no_embedding_that_it_has_read() {
    let bench = Bench::filled().await;
    bench.put_up(bench.anna, 1.0);
    bench.follower().look().await.unwrap();
    bench.store.take_statements();
    bench.follower().look().await.unwrap();
    assert_eq!(bench.store.take_statements(), ["embeddings.written_since"]);
}

#[tokio::test]
async fn what_the_database_does_not_know_any_more_leaves_by_the_comparison() {
    let bench = Bench::new();
    let gone = bench.put_up(bench.anna, 1.0);
    let kept = bench.put_up(bench.anna, 2.0);
    bench.follower().reconcile().await.unwrap();
    bench.store.rows().market.embeddings.remove(&gone);
    bench.follower().look().await.unwrap();
    assert_eq!(bench.index.held(), [gone, kept]);
    bench.follower().reconcile().await.unwrap();
    assert_eq!(bench.index.held(), [kept]);
}

/// An upload commits and puts its picture while the comparison has read past its id.
#[tokio::test]
async fn what_is_put_while_the_database_is_read_is_not_dropped() {
    let bench = Bench::filled().await;
    bench.put_up(bench.anna, 1.0);
    let uploaded = bench.bare(bench.anna);
    let index = bench.index.clone();
    let put = Fault::Meanwhile(Box::new(move |_| index.hold(uploaded, &pointing(2.0))));
    bench.store.fault("embeddings.ids_after", 1, put);
    bench.follower().reconcile().await.unwrap();
    assert!(bench.index.held().contains(&uploaded));
}

#[tokio::test]
async fn a_look_that_failed_has_seen_nothing() {
    for statement in ["embeddings.written_since", "embeddings.of"] {
        let bench = Bench::filled().await;
        let id = bench.put_up(bench.anna, 1.0);
        bench.store.fault(statement, 1, away());
        let looked = bench.follower().look().await;
        assert!(matches!(looked, Err(SimilarError::Store(_))), "{looked:?}");
        bench.follower().look().await.unwrap();
        assert_eq!(bench.index.held(), [id]);
    }
}

async fn until_held(bench: &Bench, ids: &[ProductId]) {
    while bench.index.held() != ids {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// D4
#[tokio::test(start_paused = true)]
async fn a_running_follower_outlives_an_absent_database_and_stops_when_told() {
    let bench = Bench::new();
    let first = bench.put_up(bench.anna, 1.0);
    bench.store.fault("embeddings.ids_after", 1, away());
    bench.store.fault("embeddings.written_since", 1, away());
    let (follower, ending) = (bench.follower().clone(), CancellationToken::new());
    let stop = ending.clone();
    let running = tokio::spawn(async move { follower.run(stop).await });
    until_held(&bench, &[first]).await;
    let (second, started) = (bench.put_up(bench.berta, 2.0), Instant::now());
    until_held(&bench, &[first, second]).await;
    assert!(started.elapsed() < Duration::from_secs(3));
    // Deletions elsewhere are found out by the next comparison.
    bench.store.rows().market.embeddings.remove(&first);
    until_held(&bench, &[second]).await;
    assert!(started.elapsed() < Duration::from_mins(11));
    ending.cancel();
    running.await.unwrap();
}
