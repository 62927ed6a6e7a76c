//! Whether an upload shows what another member put up before.

use tokio::time::Instant;

use super::*;
use crate::services::similarity::SimilarError;

/// The hash of everything that is put up here.
const HASH: u64 = 1;

async fn earlier(bench: &Bench, owner: UserId, degrees: f32) -> Option<ProductId> {
    bench.follower().look().await.unwrap();
    let embedding = pointing(degrees);
    let found = bench.duplicates.earlier(owner, HASH, &embedding);
    found.await.unwrap()
}

#[tokio::test]
async fn the_earliest_of_another_member_is_found_even_if_it_is_hidden() {
    let bench = Bench::filled().await;
    assert_eq!(earlier(&bench, bench.berta, 0.0).await, None);
    let first = bench.put_up(bench.anna, 10.0);
    bench.put_up(bench.anna, 0.0);
    bench.store.rows().market.listing(first).private = true;
    assert_eq!(earlier(&bench, bench.berta, 0.0).await, Some(first));
}

#[tokio::test]
async fn ones_own_earlier_copy_makes_none_of_it() {
    let bench = Bench::filled().await;
    let own = bench.put_up(bench.anna, 0.0);
    bench.put_up(bench.berta, 0.0);
    assert_eq!(earlier(&bench, bench.anna, 0.0).await, None);
    assert_eq!(earlier(&bench, bench.berta, 0.0).await, Some(own));
}

#[tokio::test]
async fn the_look_and_the_hash_must_agree() {
    let bench = Bench::filled().await;
    let id = bench.put_up(bench.anna, 0.0);
    assert_eq!(earlier(&bench, bench.berta, 59.0).await, Some(id));
    assert_eq!(earlier(&bench, bench.berta, 61.0).await, None);
    let other_hash = 0x0000_3333_0000_FFFF;
    for (degrees, found) in [(30.0, Some(id)), (31.0, None)] {
        let look = pointing(degrees);
        let earlier = bench.duplicates.earlier(bench.berta, other_hash, &look);
        assert_eq!(earlier.await.unwrap(), found);
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_does_not_wait_for_an_index_that_is_being_filled() {
    let bench = Bench::new();
    bench.put_up(bench.anna, 0.0);
    let (started, embedding) = (Instant::now(), pointing(0.0));
    let found = bench.duplicates.earlier(bench.berta, HASH, &embedding);
    let found = found.await;
    assert!(matches!(found, Err(SimilarError::NotReady)), "{found:?}");
    assert_eq!(started.elapsed(), Duration::ZERO);
}
