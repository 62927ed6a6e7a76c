//! The server over a bucket of Google Cloud Storage: a stand-in that is always there, and the emulator of `TEST_GCS_URL`.

mod away;
mod copy;
mod emulator;
mod links;

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::corpus;
use crate::fake_gcs::{BUCKET, Call, FakeGcs, Wrong, signed};
use crate::support::{Client, Server};

/// The settings of a server that keeps its objects there.
fn settings(endpoint: &str) -> [(&'static str, &str); 2] {
    [("GCS_BUCKET", BUCKET), ("GCS_ENDPOINT", endpoint)]
}

/// The links to an image.
async fn links(client: &Client, id: &str) -> Value {
    let query = "query($id: ID!) { image(id: $id) { thumbnailUrl previewUrl originalUrl } }";
    let answer = client.gql(query, json!({ "id": id })).await;
    answer.data()["image"].clone()
}

/// Puts a bear up; its id.
async fn put_up(client: &Client) -> String {
    let input = json!({ "title": "Bear" });
    client.put_up(input, corpus::BEAR.to_vec()).await
}

#[track_caller]
fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let value = response.headers().get(name);
    value.map_or("", |value| value.to_str().unwrap())
}

/// What a bucket must be good for; `count` says how many objects it holds.
async fn bytes_are_kept_served_and_deleted(server: &Server, count: impl AsyncFn() -> usize) {
    let member = server.member("member").await;
    let id = put_up(&member).await;
    assert_eq!(count().await, 4);
    let links = links(&member, &id).await;
    let guest = server.guest();
    let path = links["thumbnailUrl"].as_str().unwrap();
    let thumbnail = guest.get(path).await;
    assert_eq!(thumbnail.status(), 200);
    assert_eq!(header(&thumbnail, "content-type"), "image/jpeg");
    let tag = header(&thumbnail, "etag").to_owned();
    let bytes = thumbnail.bytes().await.unwrap();
    assert!(image::load_from_memory(&bytes).is_ok());
    let again = guest
        .request(Method::GET, path)
        .header("if-none-match", tag);
    assert_eq!(guest.send(again).await.status(), 304);

    let path = links["originalUrl"].as_str().unwrap();
    let whole = member.get(path).await;
    assert_eq!(whole.content_length(), Some(corpus::BEAR.len() as u64));
    assert!(whole.bytes().await.unwrap() == corpus::BEAR);
    let part = member
        .request(Method::GET, path)
        .header("range", "bytes=1000-1999");
    let part = member.send(part).await;
    let place = format!("bytes 1000-1999/{}", corpus::BEAR.len());
    assert_eq!(part.status(), 206);
    assert_eq!(header(&part, "content-range"), place);
    assert!(part.bytes().await.unwrap() == corpus::BEAR[1000..2000]);
    assert_eq!(guest.get(path).await.status(), 401);

    member.delete(&[&id]).await.data();
    server.wait_for_outbox().await;
    assert_eq!(count().await, 0);
    assert_eq!(member.get(path).await.status(), 404);
}

/// K1, K3
#[tokio::test]
async fn a_bucket_keeps_what_folders_keep() {
    let fake = FakeGcs::start().await;
    let server = Server::with(&settings(&fake.endpoint)).await;
    bytes_are_kept_served_and_deleted(&server, async || fake.objects().len()).await;
    assert!(server.objects().is_empty());
    assert_eq!(fake.calls(Call::Link), 0);
}

/// D5: who is sent damaged bytes sees that they end too early.
#[tokio::test]
async fn a_damaged_original_is_not_served_as_whole() {
    let fake = FakeGcs::start().await;
    let server = Server::with(&settings(&fake.endpoint)).await;
    let member = server.member("member").await;
    let path = format!("/media/{}/original", put_up(&member).await);
    fake.once(Call::Read, Wrong::Flipped);
    assert!(member.get(&path).await.bytes().await.is_err());
    fake.once(Call::Read, Wrong::Cut(70_000));
    assert!(member.get(&path).await.bytes().await.unwrap() == corpus::BEAR);
}
