//! D1: Redis is away. What needs a session or a limit is UNAVAILABLE within a second, the rest goes on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::proxy::{Line, Proxy};
use super::sharing::persisted;
use super::{ANNA, on_plain_redis, server};
use crate::corpus;
use crate::support::{Answer, Client, PASSWORD, Server};

const SECOND: Duration = Duration::from_secs(1);

/// The refusal, in time.
pub(super) async fn assert_unavailable(what: &str, asked: impl Future<Output = Answer>) {
    let began = Instant::now();
    let answer = asked.await;
    let took = began.elapsed();
    assert_eq!(answer.code(), "UNAVAILABLE", "{what}");
    assert_eq!(answer.status, 503, "{what}");
    assert_eq!(answer.headers["retry-after"], "1", "{what}");
    assert!(took < SECOND, "{what} took {took:?}");
}

async fn status(client: &Client, path: &str) -> u16 {
    let began = Instant::now();
    let status = client.get(path).await.status().as_u16();
    assert!(began.elapsed() < SECOND, "{path}: {:?}", began.elapsed());
    status
}

/// Anna's picture, by a link that needs no session and by one that does.
struct Picture {
    public: String,
    own: String,
}

async fn picture(anna: &Client) -> Picture {
    let answer = anna
        .upload(json!({ "title": "One" }), corpus::png(8, 8))
        .await;
    let image = &answer.data()["uploadImages"][0];
    let link = |name: &str| image[name].as_str().unwrap().to_owned();
    Picture {
        public: link("previewUrl"),
        own: link("originalUrl"),
    }
}

async fn sessions_and_limits_are_unavailable(server: &Server, anna: &Client, picture: &Picture) {
    let guest = server.guest();
    assert_unavailable("me", anna.me()).await;
    let images = anna.gql("{ images(first: 1) { id } }", Value::Null);
    assert_unavailable("images", images).await;
    assert_unavailable("refresh", anna.refresh()).await;
    assert_unavailable("logout", anna.another_tab().logout()).await;
    assert_unavailable("login", guest.sign_in(ANNA, PASSWORD)).await;
    let input = json!({ "email": ANNA, "password": "a guess" });
    let five = "mutation($i: LoginInput!) { a: login(input: $i) b: login(input: $i) c: login(input: $i) d: login(input: $i) e: login(input: $i) }";
    assert_unavailable("five logins", guest.gql(five, json!({ "i": input }))).await;
    assert_unavailable("a reset", guest.request_reset(ANNA)).await;
    assert_eq!(status(anna, &picture.own).await, 503);
}

async fn all_else_goes_on(server: &Server, anna: &Client, picture: &Picture) {
    let guest = server.guest();
    for path in ["/healthz", "/readyz", "/", "/schema.graphql"] {
        assert_eq!(status(&guest, path).await, 200, "{path}");
    }
    assert_eq!(status(&guest, &picture.public).await, 200);
    assert_eq!(status(anna, &picture.public).await, 200);
    assert_eq!(guest.me().await.data()["me"], Value::Null);
    persisted(&guest, "{ __typename }", true).await.data();
    persisted(&guest, "{ __typename }", false).await.data();
    let unknown = persisted(&guest, "{ me { id } }", false).await;
    assert_eq!(unknown.code(), "PERSISTED_QUERY_NOT_FOUND");
}

/// The same session, at the same server.
async fn recovers(server: &Server, anna: &Client) {
    let end = Instant::now() + Duration::from_secs(10);
    while anna.me().await.status != 200 {
        assert!(Instant::now() < end, "the server does not recover");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    anna.me().await.data();
    anna.refresh().await.data();
    server.guest().sign_in(ANNA, PASSWORD).await.data();
}

/// D1
#[tokio::test]
async fn while_redis_is_cut_off_or_silent_what_needs_it_is_unavailable_and_then_all_is_well() {
    on_plain_redis(async |place| {
        let mut proxy = Proxy::before(&place.url);
        proxy.open();
        let data = Arc::new(TempDir::new().unwrap());
        let server = server(&data, &proxy.url(), &[]).await;
        let anna = server.member("anna").await;
        let picture = picture(&anna).await;
        server.wait_for_outbox().await;
        for line in [Line::Cut, Line::Hung, Line::Cut] {
            let before = server.snapshot().await;
            proxy.set(line);
            sessions_and_limits_are_unavailable(&server, &anna, &picture).await;
            all_else_goes_on(&server, &anna, &picture).await;
            assert_eq!(server.snapshot().await, before, "{line:?} left something");
            proxy.set(Line::Open);
            recovers(&server, &anna).await;
        }
        let said = |what: &str| {
            server
                .log()
                .iter()
                .filter(|line| line.contains(what))
                .count()
        };
        assert_eq!(said("Redis is away"), 3, "each time once");
    })
    .await;
}

/// D1: nobody who registers meanwhile is half a member.
#[tokio::test]
async fn a_registration_without_redis_leaves_nothing() {
    on_plain_redis(async |place| {
        let proxy = Proxy::before(&place.url);
        let data = Arc::new(TempDir::new().unwrap());
        let server = server(&data, &proxy.url(), &[]).await;
        let before = server.snapshot().await;
        let refused = server.guest().register("bert", "bert@example.com").await;
        assert_eq!(
            (refused.code(), refused.status.as_u16()),
            ("UNAVAILABLE", 503)
        );
        assert_eq!(server.snapshot().await, before);
        let said = server.log();
        assert!(said.iter().any(|line| line.contains("Redis is away")));
    })
    .await;
}

/// D1: servers and Redis start in any order.
#[tokio::test]
async fn a_server_starts_without_redis_and_finds_it_when_it_comes() {
    on_plain_redis(async |place| {
        let mut proxy = Proxy::before(&place.url);
        let data = Arc::new(TempDir::new().unwrap());
        let earlier = server(&data, place.url.as_str(), &[]).await;
        let anna = earlier.member("anna").await;
        drop(earlier);
        let server = server(&data, &proxy.url(), &[]).await;
        let anna = anna.at(&server);
        assert_unavailable("me", anna.me()).await;
        assert_unavailable("login", server.guest().sign_in(ANNA, PASSWORD)).await;
        assert_eq!(status(&server.guest(), "/healthz").await, 200);
        proxy.open();
        recovers(&server, &anna).await;
    })
    .await;
}

/// N1
#[tokio::test]
async fn the_password_of_a_redis_that_is_away_is_in_no_log() {
    let taken = tokio::net::TcpSocket::new_v4().unwrap();
    taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("redis://:canary-hush@{}/", taken.local_addr().unwrap());
    let server = Server::with(&[("REDIS_URL", url.as_str())]).await;
    assert_unavailable("login", server.guest().sign_in(ANNA, PASSWORD)).await;
    let said = server.log().join("\n");
    assert!(said.contains("Redis is away"), "{said}");
    assert!(!said.contains("canary"), "{said}");
}
