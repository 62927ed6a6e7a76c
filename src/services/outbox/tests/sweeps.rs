//! Sweeping.

use std::sync::atomic::Ordering;

use super::*;
use crate::ports::sessions::MockSessionStore;
use crate::ports::store::Store;
use crate::services::testing::{FakeStore, MemorySessions};

fn keys(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|no| format!("images/{no}")).collect()
}

async fn open(accounts: &Accounts, keys: &[String], at: Timestamp) {
    let mut unit = accounts.begin().await.unwrap();
    unit.journal().open(keys, at).await.unwrap();
    unit.commit().await.unwrap();
}

/// K1 K2
#[tokio::test]
async fn objects_of_uploads_an_hour_old_are_ordered_to_be_deleted_and_younger_ones_stay() {
    let bench = Bench::new();
    let now = bench.clock.now();
    let hour = Duration::from_hours(1);
    open(&bench.accounts, &keys(0..250), now.minus(hour * 2)).await;
    open(&bench.accounts, &keys(250..253), now.minus(hour)).await;
    let sweeper = Sweeper {
        store: Arc::clone(&bench.accounts) as _,
        sessions: Arc::new(MemorySessions::new(Arc::clone(&bench.accounts))),
    };
    let swept = sweeper.sweep(now).await.unwrap();
    assert_eq!((swept.objects, swept.sessions), (250, 0));
    let expected: Vec<Task> = keys(0..250).into_iter().map(Task::DeleteObject).collect();
    assert_eq!(bench.accounts.rows().outbox, expected);
    let left: Vec<String> = bench.accounts.journal().into_iter().map(|n| n.0).collect();
    assert_eq!(left, keys(250..253));
    assert_eq!(sweeper.sweep(now).await.unwrap(), Swept::default());
}

/// K1
#[tokio::test]
async fn notes_and_orders_change_in_one_unit() {
    let store = FakeStore::default();
    let committed = store.unit(|unit| {
        let journal = unit.journal.expect_take_stale();
        journal.returning(|_, _| Ok(vec!["images/1".into()]));
        let outbox = unit.outbox.expect_add();
        outbox.returning(|_, _| Err(StoreError::Unavailable("away".into())));
    });
    let sweeper = Sweeper {
        store: Arc::new(store),
        sessions: Arc::new(MockSessionStore::new()),
    };
    let swept = sweeper.sweep(Timestamp::from_seconds(0)).await;
    assert!(swept.is_err());
    assert!(!committed.load(Ordering::SeqCst));
}

/// S9
#[tokio::test]
async fn sessions_are_forgotten_batch_by_batch() {
    let store = FakeStore::default();
    store.unit(|unit| {
        let journal = unit.journal.expect_take_stale();
        journal.returning(|_, _| Ok(Vec::new()));
    });
    let mut sessions = MockSessionStore::new();
    let mut left = vec![7, 100, 100];
    sessions
        .expect_purge()
        .times(3)
        .returning(move |_, _| Ok(left.pop().unwrap()));
    let sweeper = Sweeper {
        store: Arc::new(store),
        sessions: Arc::new(sessions),
    };
    let swept = sweeper.sweep(Timestamp::from_seconds(0)).await.unwrap();
    assert_eq!(swept.sessions, 207);
}
