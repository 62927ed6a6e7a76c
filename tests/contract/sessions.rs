//! `SessionStore`.

use std::sync::Arc;
use std::time::Duration;

use shotify::adapters::sessions::redis::RedisSessions;
use shotify::adapters::sql::SqlStore;
use shotify::domain::id::UserId;
use shotify::domain::session::{LiveSession, Session, SessionId};
use shotify::domain::user::{Role, Stamp};
use shotify::ports::sessions::SessionStore;

use crate::support::{at, confirmed, on_mysql, on_redis, on_sqlite, race, unit};

/// How long sessions live without use.
pub const IDLE: Duration = Duration::from_hours(24);

/// Sessions, and the database of their members.
#[derive(Clone)]
pub struct Bench {
    pub store: SqlStore,
    pub sessions: Arc<dyn SessionStore>,
}

impl Bench {
    fn of(store: SqlStore) -> Self {
        let sessions = Arc::new(store.sessions());
        Self { store, sessions }
    }
}

/// Runs each body on the databases alone and with Redis.
macro_rules! session_contract {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                on_sqlite(|store| super::$test(Bench::of(store))).await;
            })+
        }

        mod mysql {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                on_mysql(|store| super::$test(Bench::of(store))).await;
            })+
        }

        mod redis {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                on_redis(async |corner| on_sqlite(async |store| {
                    let durable = Arc::new(store.sessions());
                    let sessions = Arc::new(RedisSessions::new(durable, corner.link(), IDLE));
                    super::$test(Bench { store, sessions }).await;
                }).await).await;
            })+
        }
    };
}

session_contract! {
    a_session_is_read_as_written_with_its_member_now,
    a_rotation_needs_the_generation_it_comes_from,
    of_twenty_racing_rotations_one_wins,
    the_first_use_of_a_generation_is_kept,
    a_revoked_session_stays_revoked,
    ending_all_sessions_leaves_those_of_others,
    a_session_is_carried_over_a_change_of_the_stamp,
    sessions_past_their_end_are_purged_some_at_a_time,
}

pub fn session(user: UserId, id: u8) -> Session {
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

pub async fn begun(bench: &Bench, name: &str, id: u8) -> SessionId {
    let session = session(confirmed(&bench.store, name).await, id);
    bench.sessions.create(&session).await.unwrap();
    session.id
}

pub async fn find(bench: &Bench, id: SessionId) -> LiveSession {
    bench.sessions.find(id).await.unwrap().unwrap()
}

async fn a_session_is_read_as_written_with_its_member_now(bench: Bench) {
    let kept = Session {
        used: Some(at(5)),
        revoked: Some(at(6)),
        ..session(confirmed(&bench.store, "anna").await, 200)
    };
    bench.sessions.create(&kept).await.unwrap();
    let mut changing = unit(&bench.store).await;
    let users = changing.users();
    users.set_stamp(kept.user, Stamp([8; 16])).await.unwrap();
    users
        .set_role("anna@example.com", Role::Admin)
        .await
        .unwrap();
    changing.commit().await.unwrap();
    let before = bench.store.statements();
    let found = find(&bench, kept.id).await;
    assert_eq!(bench.store.statements() - before, 1);
    assert_eq!(
        (found.session, found.stamp, found.role),
        (kept, Stamp([8; 16]), Role::Admin)
    );
    let missing = bench.sessions.find(SessionId([1; 16])).await.unwrap();
    assert_eq!(missing, None);
}

async fn a_rotation_needs_the_generation_it_comes_from(bench: Bench) {
    let id = begun(&bench, "anna", 1).await;
    let sessions = &bench.sessions;
    sessions.mark_used(id, 1, at(1)).await.unwrap();
    assert!(sessions.rotate(id, 1, at(2)).await.unwrap());
    assert!(!sessions.rotate(id, 1, at(3)).await.unwrap());
    assert!(!sessions.rotate(id, 3, at(3)).await.unwrap());
    let found = find(&bench, id).await.session;
    assert_eq!((found.generation, found.used), (2, None));
    assert_eq!((found.rotated, found.last_used), (at(2), at(2)));
    assert!(!sessions.rotate(SessionId([9; 16]), 1, at(3)).await.unwrap());
}

/// S7
async fn of_twenty_racing_rotations_one_wins(bench: Bench) {
    let id = begun(&bench, "anna", 1).await;
    let won = race(20, |_| {
        let sessions = Arc::clone(&bench.sessions);
        async move { sessions.rotate(id, 1, at(1)).await.unwrap() }
    })
    .await;
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
    assert_eq!(find(&bench, id).await.session.generation, 2);
}

/// S6
async fn the_first_use_of_a_generation_is_kept(bench: Bench) {
    let id = begun(&bench, "anna", 1).await;
    let sessions = &bench.sessions;
    let seen = async || {
        let session = find(&bench, id).await.session;
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
async fn a_revoked_session_stays_revoked(bench: Bench) {
    let id = begun(&bench, "anna", 1).await;
    let sessions = &bench.sessions;
    for now in [3, 4] {
        sessions.revoke(id, at(now)).await.unwrap();
        assert_eq!(find(&bench, id).await.session.revoked, Some(at(3)));
    }
    assert!(!sessions.rotate(id, 1, at(5)).await.unwrap());
    sessions.mark_used(id, 1, at(6)).await.unwrap();
    assert_eq!(find(&bench, id).await.session.revoked, Some(at(3)));
}

/// S8
async fn ending_all_sessions_leaves_those_of_others(bench: Bench) {
    let first = begun(&bench, "anna", 1).await;
    let others = begun(&bench, "berta", 2).await;
    let anna = find(&bench, first).await.session.user;
    let sessions = &bench.sessions;
    let second = session(anna, 3);
    sessions.create(&second).await.unwrap();
    sessions.revoke(first, at(1)).await.unwrap();
    sessions.revoke_all(anna, at(2)).await.unwrap();
    assert_eq!(find(&bench, first).await.session.revoked, Some(at(1)));
    assert_eq!(find(&bench, second.id).await.session.revoked, Some(at(2)));
    assert_eq!(find(&bench, others).await.session.revoked, None);
}

async fn a_session_is_carried_over_a_change_of_the_stamp(bench: Bench) {
    let id = begun(&bench, "anna", 1).await;
    bench.sessions.restamp(id, Stamp([9; 16])).await.unwrap();
    let found = find(&bench, id).await;
    assert_eq!(
        (found.session.stamp, found.stamp),
        (Stamp([9; 16]), Stamp([7; 16]))
    );
}

async fn sessions_past_their_end_are_purged_some_at_a_time(bench: Bench) {
    let anna = confirmed(&bench.store, "anna").await;
    let sessions = &bench.sessions;
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
    assert_eq!(find(&bench, lasting.id).await.session, lasting);
}
