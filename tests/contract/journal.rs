//! `Journal`.

use shotify::adapters::sql::SqlStore;
use shotify::ports::store::Store;

use crate::support::{at, contract, race, unit, until_free};

contract! {
    what_was_opened_is_closed_once,
    a_note_that_was_swept_fails_the_upload,
    only_old_notes_are_stale,
    of_an_upload_and_a_sweeper_one_gets_the_notes,
}

fn keys(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn open(store: &SqlStore, names: &[&str], seconds: i64) {
    let mut unit = unit(store).await;
    unit.journal()
        .open(&keys(names), at(seconds))
        .await
        .unwrap();
    unit.commit().await.unwrap();
}

async fn close(store: &SqlStore, names: &[&str]) -> bool {
    until_free(|| async {
        let mut unit = store.begin().await?;
        let closed = unit.journal().close(&keys(names)).await?;
        if closed {
            unit.commit().await?;
        }
        Ok(closed)
    })
    .await
    .unwrap()
}

async fn sweep(store: &SqlStore, before: i64, limit: u32) -> Vec<String> {
    until_free(|| async {
        let mut unit = store.begin().await?;
        let swept = unit.journal().take_stale(at(before), limit).await?;
        unit.commit().await.map(|()| swept)
    })
    .await
    .unwrap()
}

/// K1
async fn what_was_opened_is_closed_once(store: SqlStore) {
    open(&store, &["c", "a", "b"], 0).await;
    open(&store, &[], 0).await;
    assert!(close(&store, &["a", "b", "c"]).await);
    assert!(!close(&store, &["a"]).await);
    assert!(sweep(&store, 100, 10).await.is_empty());
}

/// K1
async fn a_note_that_was_swept_fails_the_upload(store: SqlStore) {
    open(&store, &["a"], 0).await;
    open(&store, &["b"], 50).await;
    assert_eq!(sweep(&store, 10, 10).await, ["a"]);
    assert!(!close(&store, &["a", "b"]).await);
    assert_eq!(sweep(&store, 100, 10).await, ["b"]);
}

async fn only_old_notes_are_stale(store: SqlStore) {
    open(&store, &["a"], 1).await;
    open(&store, &["b"], 2).await;
    open(&store, &["c"], 3).await;
    assert!(sweep(&store, 1, 10).await.is_empty());
    assert_eq!(sweep(&store, 3, 1).await, ["a"]);
    assert_eq!(sweep(&store, 3, 10).await, ["b"]);
    assert!(close(&store, &["c"]).await);
}

/// K2
async fn of_an_upload_and_a_sweeper_one_gets_the_notes(store: SqlStore) {
    for round in 0..10 {
        let names = [format!("{round}-x"), format!("{round}-y")];
        let names = [names[0].as_str(), names[1].as_str()].map(str::to_owned);
        open(&store, &[&names[0], &names[1]], 0).await;
        let notes = race(2, |index| {
            let (store, names) = (store.clone(), names.clone());
            async move {
                if index == 0 {
                    2 * usize::from(close(&store, &[&names[1], &names[0]]).await)
                } else {
                    sweep(&store, 10, 10).await.len()
                }
            }
        })
        .await;
        assert!(notes == [2, 0] || notes == [0, 2], "{notes:?}");
    }
}
