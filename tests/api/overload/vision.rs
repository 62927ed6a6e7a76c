//! D6: Google Cloud Vision is out of quota, fails or sees nothing. Uploads go through, and labels come when they can.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::corpus;
use crate::fake_vision::{Fake, Say};
use crate::support::{Client, Server};

fn seen() -> Say {
    let labels = json!([{ "description": "Cat", "score": 0.95, "topicality": 0.95 }]);
    Say::Seen(json!({ "labelAnnotations": labels }))
}

async fn labelled(answers: Vec<Say>, quota: &str) -> (Fake, Server, Client) {
    let fake = Fake::start(None, answers).await;
    let settings = [
        ("VISION", "google"),
        ("VISION_ENDPOINT", fake.endpoint.as_str()),
        ("LABELLINGS_PER_MEMBER", quota),
    ];
    let server = Server::with(&settings).await;
    let anna = server.member("anna").await;
    (fake, server, anna)
}

async fn order(client: &Client, title: &str) -> String {
    let input = json!({ "title": title, "labels": ["pet"], "autoLabel": true });
    let began = Instant::now();
    let id = client.put_up(input, corpus::CAT.to_vec()).await;
    assert!(began.elapsed() < Duration::from_secs(10), "it waited");
    id
}

async fn labels(client: &Client, id: &str) -> Value {
    let query = "query($id: ID!) { image(id: $id) { labels } }";
    let answer = client.gql(query, json!({ "id": id })).await;
    answer.data()["image"]["labels"].clone()
}

async fn label_now(client: &Client, id: &str) -> crate::support::Answer {
    let query = "mutation($id: ID!) { autoGenerateLabels(id: $id) }";
    client.gql(query, json!({ "id": id })).await
}

/// D6
#[tokio::test]
async fn an_upload_goes_through_whatever_vision_says_and_is_labelled_once_it_can_be() {
    for trouble in [
        Say::Wait(429, "4".to_owned()),
        Say::Error(503, "UNAVAILABLE", "Try again"),
        Say::Text("{\"responses\": ["),
    ] {
        let answers = vec![trouble.clone(), trouble, seen()];
        let (_fake, server, anna) = labelled(answers, "100").await;
        let id = order(&anna, "Minka").await;
        let end = Instant::now() + Duration::from_secs(30);
        while labels(&anna, &id).await != json!(["pet", "cat"]) {
            assert!(Instant::now() < end, "{}", labels(&anna, &id).await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        server.wait_for_outbox().await;
    }
}

/// D6
#[tokio::test]
async fn nothing_seen_is_no_trouble() {
    let (fake, server, anna) = labelled(vec![Say::Seen(json!({}))], "100").await;
    let id = order(&anna, "Minka").await;
    server.wait_for_outbox().await;
    assert_eq!(labels(&anna, &id).await, json!(["pet"]));
    assert_eq!(
        label_now(&anna, &id).await.data()["autoGenerateLabels"],
        json!(["pet"])
    );
    assert_eq!(fake.calls(), 2);
}

/// D6
#[tokio::test]
async fn who_asks_for_labels_while_vision_is_away_is_told_in_time_to_come_again() {
    let (_fake, _server, anna) = labelled(vec![Say::Silence], "100").await;
    let id = anna
        .put_up(json!({ "title": "One" }), corpus::png(8, 8))
        .await;
    let began = Instant::now();
    let answer = label_now(&anna, &id).await;
    assert_eq!(
        (answer.code(), answer.status.as_u16()),
        ("UNAVAILABLE", 503)
    );
    assert!(began.elapsed() < Duration::from_secs(20));
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(labels(&anna, &id).await, json!([]));
}

/// D6: a member's quota is theirs, and saves Vision the calls.
#[tokio::test]
async fn each_member_has_so_many_pictures_labelled() {
    let (fake, server, anna) = labelled(vec![seen()], "1").await;
    let bob = server.member("bob").await;
    let one = anna
        .put_up(json!({ "title": "One" }), corpus::CAT.to_vec())
        .await;
    label_now(&anna, &one).await.data();
    assert_eq!(label_now(&anna, &one).await.code(), "RATE_LIMITED");
    assert_eq!(fake.calls(), 1);
    let bobs = bob
        .put_up(json!({ "title": "Bob's" }), corpus::CAT.to_vec())
        .await;
    label_now(&bob, &bobs).await.data();
    assert_eq!(fake.calls(), 2);
}
