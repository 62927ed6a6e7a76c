//! D2: a Redis that forgets, or goes back to an older state, revives nothing, and nobody is signed out by it.

use super::{ANNA, assert_ended, on_redis, two_servers};
use crate::support::{Client, PASSWORD, Server};

/// Sessions that have ended in each way there is, and some that live.
struct People {
    ended: Vec<(&'static str, Client)>,
    alive: Vec<Client>,
}

async fn signed_in(server: &Server) -> Client {
    let client = server.guest();
    client.sign_in(ANNA, PASSWORD).await.data();
    client.me().await.data();
    client
}

/// At each step what Redis knows is handed to `note`.
async fn people(one: &Server, other: &Server, mut note: impl AsyncFnMut()) -> People {
    let dora = one.member("dora").await;
    let ended_everywhere = dora.another_tab();
    let carl = other.member("carl").await;
    let anna = one.member("anna").await;
    note().await;
    let (lasting, left, stolen) = (
        signed_in(other).await,
        signed_in(one).await,
        signed_in(one).await,
    );
    note().await;
    dora.logout_all().await.data();
    let signed_out = left.another_tab();
    left.logout().await.data();
    let thief = stolen.another_tab();
    for _ in 0..2 {
        stolen.refresh().await.data();
        stolen.me().await.data();
    }
    note().await;
    assert_ended(&thief.refresh().await, "stolen");
    let consumed = anna.another_tab();
    anna.refresh().await.data();
    note().await;
    anna.me().await.data();
    assert_ended(&consumed.refresh().await, "its successor is in use");
    People {
        ended: vec![
            ("logoutAll", ended_everywhere),
            ("logout", signed_out),
            ("a stolen family", stolen),
            ("a consumed token", consumed),
        ],
        alive: vec![anna, lasting, carl],
    }
}

async fn check(people: &People, servers: &[Server; 2]) {
    for server in servers {
        for (what, ended) in &people.ended {
            assert_ended(&ended.at(server).me().await, what);
            assert_ended(&ended.at(server).refresh().await, what);
        }
        for alive in &people.alive {
            alive.at(server).me().await.data();
        }
    }
}

/// D2
#[tokio::test]
async fn after_a_flush_the_ended_stay_ended_and_the_others_live() {
    on_redis(async |place| {
        let servers = two_servers(place, &[]).await;
        let people = people(&servers[0], &servers[1], async || {}).await;
        for _ in 0..2 {
            place.keys.forget().await;
            check(&people, &servers).await;
        }
        for alive in &people.alive {
            alive.refresh().await.data();
            alive.me().await.data();
        }
    })
    .await;
}

/// D2
#[tokio::test]
async fn after_a_failover_to_any_older_state_the_ended_stay_ended_and_the_others_live() {
    on_redis(async |place| {
        let servers = two_servers(place, &[]).await;
        let mut states = Vec::new();
        let people = people(&servers[0], &servers[1], async || {
            states.push(place.keys.snapshot().await);
        })
        .await;
        assert_eq!(states.len(), 4);
        for state in states.iter().rev() {
            place.keys.go_back_to(state).await;
            check(&people, &servers).await;
        }
    })
    .await;
}
