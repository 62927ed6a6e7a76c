//! One fetch a kind and level, whatever the list's length and the machine's haste.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use futures::future::{join, join_all};

use super::*;

/// Answers with the double of a number, none for odd ones; notes the size of each batch.
#[derive(Default)]
struct Doubles {
    batches: Mutex<Vec<usize>>,
}

impl Loader<u32> for Doubles {
    type Value = u32;
    type Error = Error;

    async fn load(&self, keys: &[u32]) -> Result<HashMap<u32, u32>, Error> {
        self.batches.lock().unwrap().push(keys.len());
        tokio::task::yield_now().await;
        if keys.contains(&0) {
            return Err(error(Code::Unavailable, "away"));
        }
        let even = keys.iter().filter(|key| *key % 2 == 0);
        Ok(even.map(|key| (*key, key * 2)).collect())
    }
}

async fn with<T>(queue: &Queue<u32, Doubles>, execution: impl Future<Output = T>) -> T {
    driven(execution, || queue.start()).await
}

#[tokio::test]
async fn a_long_and_slow_list_is_one_batch() {
    let queue = Queue::new(Arc::new(Doubles::default()));
    let item = async |key: u32| {
        std::thread::sleep(Duration::from_micros(200));
        queue.load_one(key).await.unwrap()
    };
    let twice = (1..=150).chain(1..=150);
    let found = with(&queue, join_all(twice.map(item))).await;
    assert_eq!(&found[..4], [None, Some(4), None, Some(8)]);
    assert_eq!(found[..150], found[150..]);
    assert_eq!(*queue.loader.batches.lock().unwrap(), [150]);
}

/// Gives way once, as joined futures do of their own accord.
async fn give_way() {
    let mut given = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut given, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[tokio::test]
async fn a_list_that_gives_way_in_its_middle_is_still_one_batch() {
    let queue = Queue::new(Arc::new(Doubles::default()));
    let item = async |key: u32| {
        give_way().await;
        join(queue.load_one(key), give_way()).await.0.unwrap()
    };
    with(&queue, join_all((1..=150).map(item))).await;
    assert_eq!(*queue.loader.batches.lock().unwrap(), [150]);
}

#[tokio::test]
async fn each_level_is_a_batch_of_its_own() {
    let queue = Queue::new(Arc::new(Doubles::default()));
    let item = async |key: u32| {
        let below = queue.load_one(key).await.unwrap()?;
        queue.load_one(below).await.unwrap()
    };
    let found = with(&queue, join_all([2, 4, 6].map(item))).await;
    assert_eq!(found, [Some(8), Some(16), Some(24)]);
    assert_eq!(*queue.loader.batches.lock().unwrap(), [3, 3]);
}

#[tokio::test]
async fn a_fault_reaches_everyone_who_waits_and_nobody_else() {
    let queue = Queue::new(Arc::new(Doubles::default()));
    let together = join(queue.load_one(0), queue.load_one(2));
    let (one, other) = with(&queue, together).await;
    assert_eq!(
        (one.unwrap_err().message, other.unwrap_err().message),
        ("away".into(), "away".into())
    );
    assert_eq!(with(&queue, queue.load_one(2)).await.unwrap(), Some(4));
}

#[tokio::test]
async fn very_many_keys_are_cut_into_statements_that_engines_take() {
    let queue = Queue::new(Arc::new(Doubles::default()));
    let many = u32::try_from(MOST_KEYS).unwrap() + 1;
    let found = with(&queue, join_all((1..=many).map(|key| queue.load_one(key)))).await;
    assert!(found.iter().all(Result::is_ok));
    assert_eq!(*queue.loader.batches.lock().unwrap(), [MOST_KEYS, 1]);
}
