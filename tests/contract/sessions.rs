//! `SessionStore`.

use shotify::adapters::sql::SqlStore;
use shotify::domain::id::UserId;
use shotify::domain::session::{LiveSession, Session, SessionId};
use shotify::domain::user::{Role, Stamp};
use shotify::ports::sessions::SessionStore;

use crate::support::{at, confirmed, contract, race, unit};

contract! {
    a_session_is_read_as_written_with_its_member_now,
    a_rotation_needs_the_generation_it_comes_from,
    of_twenty_racing_rotations_one_wins,
    the_first_use_of_a_generation_is_kept,
    a_revoked_session_stays_revoked,
    ending_all_sessions_leaves_those_of_others,
    a_session_is_carried_over_a_change_of_the_stamp,
    sessions_past_their_end_are_purged_some_at_a_time,
}

fn session(user: UserId, id: u8) -> Session {
    Session {
        id: SessionId([id; 16]),
        user,
        stamp: Stamp([7; 16]),
        generation: 1,
        rotated: at(0),
        used: None,
        last_used: at(0),
        created: at(0),
        expires: at(1000),
        revoked: None,
    }
}

async fn begun(store: &SqlStore, name: &str, id: u8) -> SessionId {
    let session = session(confirmed(store, name).await, id);
    store.sessions().create(&session).await.unwrap();
    session.id
}

async fn find(store: &SqlStore, id: SessionId) -> LiveSession {
    store.sessions().find(id).await.unwrap().unwrap()
}

async fn a_session_is_read_as_written_with_its_member_now(store: SqlStore) {
    let kept = Session {
        used: Some(at(5)),
        revoked: Some(at(6)),
        ..session(confirmed(&store, "anna").await, 200)
    };
    store.sessions().create(&kept).await.unwrap();
    let mut changing = unit(&store).await;
    let users = changing.users();
    users.set_stamp(kept.user, Stamp([8; 16])).await.unwrap();
    users
        .set_role("anna@example.com", Role::Admin)
        .await
        .unwrap();
    changing.commit().await.unwrap();
    let before = store.statements();
    let found = find(&store, kept.id).await;
    assert_eq!(store.statements() - before, 1);
    assert_eq!(
        (found.session, found.stamp, found.role),
        (kept, Stamp([8; 16]), Role::Admin)
    );
    let missing = store.sessions().find(SessionId([1; 16])).await.unwrap();
    assert_eq!(missing, None);
}

async fn a_rotation_needs_the_generation_it_comes_from(store: SqlStore) {
    let id = begun(&store, "anna", 1).await;
    let sessions = store.sessions();
    sessions.mark_used(id, 1, at(1)).await.unwrap();
    assert!(sessions.rotate(id, 1, at(2)).await.unwrap());
    assert!(!sessions.rotate(id, 1, at(3)).await.unwrap());
    assert!(!sessions.rotate(id, 3, at(3)).await.unwrap());
    let found = find(&store, id).await.session;
    assert_eq!((found.generation, found.used), (2, None));
    assert_eq!((found.rotated, found.last_used), (at(2), at(2)));
    assert!(!sessions.rotate(SessionId([9; 16]), 1, at(3)).await.unwrap());
}

/// S7
async fn of_twenty_racing_rotations_one_wins(store: SqlStore) {
    let id = begun(&store, "anna", 1).await;
    let won = race(20, |_| {
        let sessions = store.sessions();
        async move { sessions.rotate(id, 1, at(1)).await.unwrap() }
    })
    .await;
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
    assert_eq!(find(&store, id).await.session.generation, 2);
}

/// S6
async fn the_first_use_of_a_generation_is_kept(store: SqlStore) {
    let id = begun(&store, "anna", 1).await;
    let sessions = store.sessions();
    let seen = async || {
        let session = find(&store, id).await.session;
        (session.used, session.last_used)
    };
    sessions.mark_used(id, 2, at(1)).await.unwrap();
    assert_eq!(seen().await, (None, at(1)));
    sessions.mark_used(id, 1, at(2)).await.unwrap();
    assert_eq!(seen().await, (Some(at(2)), at(2)));
    sessions.mark_used(id, 1, at(9)).await.unwrap();
    assert_eq!(seen().await, (Some(at(2)), at(9)));
    sessions.mark_used(id, 1, at(5)).await.unwrap();
    assert_eq!(seen().await, (Some(at(2)), at(9)));
}

/// S8
async fn a_revoked_session_stays_revoked(store: SqlStore) {
    let id = begun(&store, "anna", 1).await;
    let sessions = store.sessions();
    for now in [3, 4] {
        sessions.revoke(id, at(now)).await.unwrap();
        assert_eq!(find(&store, id).await.session.revoked, Some(at(3)));
    }
    assert!(!sessions.rotate(id, 1, at(5)).await.unwrap());
    sessions.mark_used(id, 1, at(6)).await.unwrap();
    assert_eq!(find(&store, id).await.session.revoked, Some(at(3)));
}

/// S8
async fn ending_all_sessions_leaves_those_of_others(store: SqlStore) {
    let first = begun(&store, "anna", 1).await;
    let others = begun(&store, "berta", 2).await;
    let anna = find(&store, first).await.session.user;
    let sessions = store.sessions();
    let second = session(anna, 3);
    sessions.create(&second).await.unwrap();
    sessions.revoke(first, at(1)).await.unwrap();
    sessions.revoke_all(anna, at(2)).await.unwrap();
    assert_eq!(find(&store, first).await.session.revoked, Some(at(1)));
    assert_eq!(find(&store, second.id).await.session.revoked, Some(at(2)));
    assert_eq!(find(&store, others).await.session.revoked, None);
}

async fn a_session_is_carried_over_a_change_of_the_stamp(store: SqlStore) {
    let id = begun(&store, "anna", 1).await;
    store.sessions().restamp(id, Stamp([9; 16])).await.unwrap();
    let found = find(&store, id).await;
    assert_eq!(
        (found.session.stamp, found.stamp),
        (Stamp([9; 16]), Stamp([7; 16]))
    );
}

async fn sessions_past_their_end_are_purged_some_at_a_time(store: SqlStore) {
    let anna = confirmed(&store, "anna").await;
    let sessions = store.sessions();
    for id in 0..5 {
        sessions.create(&session(anna, id)).await.unwrap();
    }
    let lasting = Session {
        expires: at(1001),
        ..session(anna, 9)
    };
    sessions.create(&lasting).await.unwrap();
    for expected in [3, 2, 0] {
        assert_eq!(sessions.purge(at(1000), 3).await.unwrap(), expected);
    }
    assert_eq!(find(&store, lasting.id).await.session, lasting);
}
