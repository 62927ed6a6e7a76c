//! Sessions whose marks are in Redis, whatever Redis forgets: what the database decides stands.

use std::sync::Arc;
use std::time::Duration;

use shotify::adapters::sessions::redis::RedisSessions;
use shotify::domain::session::Refresh;

use crate::sessions::{Bench, IDLE, begun, find, session};
use crate::support::{Corner, at, confirmed, on_redis, on_sqlite, race};

/// Two servers on one database and one Redis.
async fn two_servers<F: Future<Output = ()>>(body: impl FnOnce(Bench, Bench, Arc<Corner>) -> F) {
    on_redis(async |corner| {
        on_sqlite(async |store| {
            let [one, other] = [(), ()].map(|()| {
                let durable = Arc::new(store.sessions());
                Bench {
                    store: store.clone(),
                    sessions: Arc::new(RedisSessions::new(durable, corner.link(), IDLE)),
                }
            });
            body(one, other, Arc::clone(&corner)).await;
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_use_that_is_no_news_to_the_row_costs_the_database_nothing() {
    two_servers(async |one, other, _| {
        let id = begun(&one, "anna", 1).await;
        one.sessions.mark_used(id, 1, at(10)).await.unwrap();
        let before = one.store.statements();
        for minute in 1..60 {
            let now = at(10 + minute * 60);
            other.sessions.mark_used(id, 1, now).await.unwrap();
        }
        assert_eq!(one.store.statements(), before);
        let seen = find(&one, id).await.session;
        assert_eq!(
            (seen.used, seen.last_used),
            (Some(at(10)), at(10 + 59 * 60))
        );
    })
    .await;
}

/// S9: an active session must not look idle because Redis forgot.
#[tokio::test]
async fn the_row_is_never_told_later_than_after_half_of_the_idle_time() {
    two_servers(async |one, _, corner| {
        let id = begun(&one, "anna", 1).await;
        for hour in 0..48 {
            let now = at(hour * 60 * 60);
            one.sessions.mark_used(id, 1, now).await.unwrap();
        }
        corner.keys.forget().await;
        let behind = at(47 * 60 * 60).since(find(&one, id).await.session.last_used);
        assert!(behind < IDLE / 2, "{behind:?}");
    })
    .await;
}

/// S7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_rotations_at_two_servers_one_wins() {
    two_servers(async |one, other, _| {
        let id = begun(&one, "anna", 1).await;
        let won = race(20, |index| {
            let server = if index % 2 == 0 { &one } else { &other };
            let sessions = Arc::clone(&server.sessions);
            async move { sessions.rotate(id, 1, at(1)).await.unwrap() }
        })
        .await;
        assert_eq!(won.iter().filter(|won| **won).count(), 1);
        for server in [&one, &other] {
            assert_eq!(find(server, id).await.session.generation, 2);
        }
    })
    .await;
}

/// D2: sessions, generations and first uses are what they were, whatever state Redis returns to.
#[tokio::test]
async fn what_redis_forgets_revives_nothing_and_ends_nothing() {
    two_servers(async |one, other, corner| {
        let [ended, alive] = [begun(&one, "anna", 1).await, begun(&one, "berta", 2).await];
        let mut states = vec![corner.keys.snapshot().await];
        for id in [ended, alive] {
            one.sessions.mark_used(id, 1, at(1)).await.unwrap();
            states.push(corner.keys.snapshot().await);
            assert!(one.sessions.rotate(id, 1, at(2)).await.unwrap());
            states.push(corner.keys.snapshot().await);
            one.sessions.mark_used(id, 2, at(3)).await.unwrap();
            states.push(corner.keys.snapshot().await);
        }
        one.sessions.revoke(ended, at(4)).await.unwrap();
        states.push(corner.keys.snapshot().await);
        for (index, state) in states.iter().enumerate() {
            corner.keys.go_back_to(state).await;
            for server in [&one, &other] {
                assert_eq!(find(server, ended).await.session.revoked, Some(at(4)));
                let live = find(server, alive).await;
                assert!(
                    live.is_live(at(902), Duration::from_mins(15)),
                    "state {index}"
                );
                assert_eq!(
                    live.session.judge(1, at(5)),
                    Refresh::Refuse,
                    "a consumed token"
                );
                assert_eq!(live.session.used, Some(at(3)));
                assert!(!server.sessions.rotate(alive, 1, at(9)).await.unwrap());
                assert!(!server.sessions.rotate(ended, 2, at(9)).await.unwrap());
            }
        }
    })
    .await;
}

/// D2
#[tokio::test]
async fn marks_of_another_generation_are_not_those_of_this_one() {
    two_servers(async |one, _, corner| {
        let id = begun(&one, "anna", 1).await;
        one.sessions.mark_used(id, 1, at(1)).await.unwrap();
        let before = corner.keys.snapshot().await;
        one.sessions.rotate(id, 1, at(2)).await.unwrap();
        assert_eq!(find(&one, id).await.session.used, None);
        corner.keys.go_back_to(&before).await;
        let seen = find(&one, id).await.session;
        assert_eq!((seen.used, seen.last_used), (None, at(2)));
        assert_eq!(
            seen.judge(1, at(3)),
            Refresh::Repeat,
            "the answer may be lost"
        );
    })
    .await;
}

#[tokio::test]
async fn marks_end_with_the_idle_time() {
    two_servers(async |one, _, corner| {
        let id = begun(&one, "anna", 1).await;
        assert_eq!(corner.keys.all().await, Vec::<String>::new());
        one.sessions.mark_used(id, 1, at(1)).await.unwrap();
        let keys = corner.keys.all().await;
        assert_eq!(keys.len(), 1);
        let left: u128 = corner.keys.run(redis::cmd("PTTL").arg(&keys[0])).await;
        let idle = IDLE.as_millis();
        assert!((idle - 60_000..=idle).contains(&left), "{left}");
    })
    .await;
}

/// S8: the row tells that a session has ended, also to a server whose Redis is away.
#[tokio::test]
async fn an_ended_session_is_refused_without_redis_and_a_live_one_is_unavailable() {
    on_sqlite(async |store| {
        let bench = Bench {
            store: store.clone(),
            sessions: Arc::new(store.sessions()),
        };
        let id = begun(&bench, "anna", 1).await;
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = nobody.local_addr().unwrap();
        drop(nobody);
        let url = format!("redis://{address}/");
        let link = shotify::adapters::redis::RedisLink::open(&url).unwrap();
        let durable = Arc::clone(&bench.sessions);
        let away = Bench {
            sessions: Arc::new(RedisSessions::new(durable, Arc::new(link), IDLE)),
            ..bench
        };
        let found = away.sessions.find(id).await;
        assert!(
            matches!(
                found,
                Err(shotify::ports::store::StoreError::Unavailable(_))
            ),
            "{found:?}"
        );
        away.sessions.revoke(id, at(1)).await.unwrap();
        assert_eq!(find(&away, id).await.session.revoked, Some(at(1)));
        let other = session(confirmed(&away.store, "berta").await, 2);
        let other = shotify::domain::session::Session {
            stamp: shotify::domain::user::Stamp([1; 16]),
            ..other
        };
        away.sessions.create(&other).await.unwrap();
        assert!(
            !find(&away, other.id).await.is_live(at(1), IDLE),
            "by its stamp"
        );
    })
    .await;
}
