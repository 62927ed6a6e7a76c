//! `Store` and `UnitOfWork`.

use shotify::adapters::sql::SqlStore;
use shotify::ports::store::{Store, StoreError};
use shotify::ports::users::UserQuery;

use crate::support::{confirmed, contract, newcomer, unit};

contract! {
    it_answers,
    a_dropped_unit_leaves_nothing,
    what_is_not_committed_is_seen_by_nobody,
    a_conflict_does_not_end_the_unit,
    a_closed_store_is_unavailable,
}

async fn members(store: &SqlStore) -> usize {
    let query = UserQuery {
        unconfirmed: true,
        ..UserQuery::default()
    };
    store.users().list(&query, 100).await.unwrap().len()
}

async fn it_answers(store: SqlStore) {
    store.ping().await.unwrap();
}

async fn a_dropped_unit_leaves_nothing(store: SqlStore) {
    for _ in 0..20 {
        let mut dropped = unit(&store).await;
        let new = newcomer("anna", "anna@example.com");
        dropped.users().add(&new).await.unwrap();
        drop(dropped);
    }
    assert_eq!(members(&store).await, 0);
    confirmed(&store, "anna").await;
    assert_eq!(members(&store).await, 1);
}

async fn what_is_not_committed_is_seen_by_nobody(store: SqlStore) {
    let mut open = unit(&store).await;
    let new = newcomer("anna", "anna@example.com");
    let id = open.users().add(&new).await.unwrap();
    assert!(open.users().lock(id).await.unwrap().is_some());
    assert_eq!(members(&store).await, 0);
    open.commit().await.unwrap();
    assert_eq!(members(&store).await, 1);
}

async fn a_conflict_does_not_end_the_unit(store: SqlStore) {
    confirmed(&store, "anna").await;
    let mut writing = unit(&store).await;
    let taken = writing
        .users()
        .add(&newcomer("ANNA", "x@example.com"))
        .await;
    assert!(matches!(taken, Err(StoreError::Conflict("username"))));
    let free = writing
        .users()
        .add(&newcomer("berta", "x@example.com"))
        .await;
    assert!(free.is_ok());
    writing.commit().await.unwrap();
    assert_eq!(members(&store).await, 2);
}

/// D4
async fn a_closed_store_is_unavailable(store: SqlStore) {
    store.close().await;
    let ping = store.ping().await;
    assert!(matches!(ping, Err(StoreError::Unavailable(_))), "{ping:?}");
    assert!(matches!(
        store.begin().await,
        Err(StoreError::Unavailable(_))
    ));
}
