//! Google Cloud Storage is away, at the start or later.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::json;

use super::{Call, FakeGcs, Wrong, settings};
use crate::corpus;
use crate::support::{Answer, Client, Server};

async fn upload(client: &Client) -> Answer {
    client
        .upload(json!({ "title": "x" }), corpus::png(8, 8))
        .await
}

/// D5, D7
#[tokio::test]
async fn a_server_starts_without_its_bucket_and_says_what_it_cannot_do() {
    // Nobody listens there.
    let server = Server::with(&settings("http://127.0.0.1:1")).await;
    let member = server.member("member").await;
    let began = Instant::now();
    let answer = upload(&member).await;
    assert_eq!(answer.code(), "UNAVAILABLE", "{}", answer.body);
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    let told = answer.body.to_string();
    assert!(
        !told.contains("127.0.0.1") && !told.contains("Google"),
        "{told}"
    );
    assert!(began.elapsed() < Duration::from_secs(10));
    let titles = server.rows("SELECT title FROM products").await;
    assert_eq!(titles, [""; 0]);
}

/// D5, K2: recovers without a restart, and leaves no row of what failed.
#[tokio::test]
async fn a_server_goes_on_once_the_bucket_is_back() {
    let fake = FakeGcs::start().await;
    let server = Server::with(&settings(&fake.endpoint)).await;
    let member = server.member("member").await;
    // Three tries of each of the four objects, none of which may work.
    fake.times(12, Call::Upload, Wrong::Status(503));
    let answer = upload(&member).await;
    assert_eq!(answer.code(), "UNAVAILABLE", "{}", answer.body);
    let titles = server.rows("SELECT title FROM products").await;
    assert_eq!(titles, [""; 0]);
    assert!(fake.objects().is_empty());
    let mut tries = 0;
    let id = loop {
        let answer = upload(&member).await;
        if answer.body.get("errors").is_none() {
            let id = answer.data()["uploadImages"][0]["id"].as_str();
            break id.unwrap().to_owned();
        }
        tries += 1;
        assert!(tries < 12, "{}", answer.body);
    };
    fake.times(3, Call::Read, Wrong::Status(503));
    let path = format!("/media/{id}/original");
    assert_eq!(member.get(&path).await.status(), 503);
    assert_eq!(member.get(&path).await.status(), 200);
}
