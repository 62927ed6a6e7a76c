//! What only this index promises: how it bounds its searches, and that it works with any instructions.

use std::time::Duration;

use tokio::time::timeout;

use super::*;

fn index(at_once: usize, waiting: usize) -> Arc<MemoryIndex> {
    let limits = SearchLimits { at_once, waiting };
    Arc::new(MemoryIndex::new(ModelId::new("m"), 2, limits))
}

fn embedding(raw: &[f32]) -> Embedding {
    Embedding::new(ModelId::new("m"), raw).unwrap()
}

async fn nearest(index: &MemoryIndex) -> IndexResult<Vec<Neighbour>> {
    let query = embedding(&[1.0, 0.0]);
    index.nearest(&query, Similarity::new(-1.0), 10).await
}

/// L3
#[tokio::test]
async fn one_search_more_than_may_wait_is_busy() {
    let index = index(1, 1);
    let turn = Arc::clone(&index.turns).acquire_owned().await.unwrap();
    let place = Arc::clone(&index.places).acquire_owned().await.unwrap();
    let waiting = tokio::spawn({
        let index = Arc::clone(&index);
        async move { nearest(&index).await }
    });
    while index.places.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    assert!(matches!(nearest(&index).await, Err(IndexError::Busy)));
    drop((turn, place));
    assert_eq!(waiting.await.unwrap().unwrap(), []);
    assert_eq!(nearest(&index).await.unwrap(), []);
}

#[tokio::test]
async fn who_waits_no_longer_leaves_the_queue() {
    let index = index(1, 1);
    let turn = Arc::clone(&index.turns).acquire_owned().await.unwrap();
    let impatient = timeout(Duration::ZERO, nearest(&index)).await;
    assert!(impatient.is_err());
    assert_eq!(index.places.available_permits(), 2);
    drop(turn);
    assert_eq!(nearest(&index).await.unwrap(), []);
}

#[tokio::test]
async fn no_search_at_once_is_still_one() {
    assert_eq!(nearest(&index(0, 0)).await.unwrap(), []);
}

#[tokio::test]
async fn what_has_no_direction_is_ignored() {
    let index = index(1, 1);
    let id = ProductId::new(1);
    for values in [[0.0, 0.0], [f32::NAN, 1.0], [f32::INFINITY, 1.0]] {
        let none = Embedding::from_stored(ModelId::new("m"), values.to_vec());
        index.put(vec![(id, none.clone())]).await.unwrap();
        assert_eq!(index.ids().await.unwrap(), []);
        index
            .put(vec![(ProductId::new(2), embedding(&[1.0, 1.0]))])
            .await
            .unwrap();
        assert_eq!(
            index
                .nearest(&none, Similarity::new(-1.0), 9)
                .await
                .unwrap(),
            []
        );
        index.remove(&[ProductId::new(2)]).await.unwrap();
    }
}
