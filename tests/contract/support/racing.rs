//! Many at once.

use std::sync::Arc;
use std::time::Duration;

use shotify::ports::store::{StoreError, StoreResult};
use tokio::sync::Barrier;

/// Starts `count` tasks that all begin at the same moment; their results in order.
pub async fn race<T, F, B>(count: usize, body: B) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
    B: Fn(usize) -> F,
{
    let start = Arc::new(Barrier::new(count));
    let racers: Vec<_> = (0..count)
        .map(|index| {
            let (start, racer) = (Arc::clone(&start), body(index));
            tokio::spawn(async move {
                start.wait().await;
                racer.await
            })
        })
        .collect();
    let mut results = Vec::new();
    for racer in racers {
        results.push(racer.await.unwrap());
    }
    results
}

/// Tries a use case again while others are in its way, as services do.
pub async fn until_free<T, F>(mut body: impl FnMut() -> F) -> StoreResult<T>
where
    F: Future<Output = StoreResult<T>>,
{
    for attempt in 0..20 {
        match body().await {
            Err(StoreError::Contention) => {
                tokio::time::sleep(Duration::from_millis(1 << attempt.min(6))).await;
            }
            done => return done,
        }
    }
    Err(StoreError::Contention)
}
