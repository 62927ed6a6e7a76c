//! The token without which nothing is done in a member's name.

use std::collections::BTreeSet;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use super::operations;
use super::origins::GUESTS;
use crate::corpus;
use crate::support::{Answer, Client, PASSWORD, Server};

/// Every operation that needs a session; OWN is an image of the member, OTHER one of somebody else.
const MEMBERS: [(&str, &str); 18] = [
    ("me", "{ me { id } }"),
    ("users", "{ users { id } }"),
    ("images", "{ images { id } }"),
    ("searchImages", "{ searchImages { totalCount } }"),
    ("image", "{ image(id: OWN) { id } }"),
    ("similarImages", "{ similarImages(id: OWN) { similarity } }"),
    ("labels", "{ labels { name } }"),
    ("sales", "{ sales { id } }"),
    ("purchases", "{ purchases { totalCount } }"),
    (
        "updateUser",
        r#"mutation { updateUser(input: { bio: "changed" }) { id } }"#,
    ),
    (
        "changePassword",
        r#"mutation { changePassword(currentPassword: "correct horse battery staple", newPassword: "seven wet otters under the pier") }"#,
    ),
    (
        "uploadImages",
        r#"mutation($file: Upload!) { uploadImages(input: [{ title: "New", file: $file }]) { id } }"#,
    ),
    (
        "updateImage",
        r#"mutation { updateImage(input: { id: OWN, title: "Changed" }) { id } }"#,
    ),
    (
        "autoGenerateLabels",
        "mutation { autoGenerateLabels(id: OWN) }",
    ),
    ("buyImage", "mutation { buyImage(id: OTHER) { id } }"),
    ("deleteImages", "mutation { deleteImages(input: [OWN]) }"),
    ("logout", "mutation { logout }"),
    ("logoutAll", "mutation { logoutAll }"),
];

/// Operations whose sample comes with the issue that builds them.
#[test]
fn every_operation_of_the_schema_is_tried_without_its_token() {
    let mut sampled: BTreeSet<String> =
        MEMBERS.iter().map(|(name, _)| (*name).to_owned()).collect();
    sampled.extend(GUESTS.iter().map(|(name, _)| (*name).to_owned()));
    assert_eq!(operations(), sampled);
}

/// Anna with an image and a second session, Bert with another image; nothing but requests changes anything.
struct Stage {
    server: Server,
    anna: Client,
    desk: Client,
    bert: Client,
    own: String,
    other: String,
}

impl Stage {
    async fn new() -> Self {
        let server = Server::start().await;
        let (anna, bert) = (server.member("anna").await, server.member("bert").await);
        let desk = server.guest();
        desk.sign_in("anna@example.com", PASSWORD).await.data();
        let own = anna.put_up_one(json!({ "title": "Own" })).await;
        let other = bert
            .put_up_one(json!({ "title": "Other", "forSale": true, "price": 5 }))
            .await;
        desk.me().await.data();
        server.wait_for_outbox().await;
        Self {
            server,
            anna,
            desk,
            bert,
            own,
            other,
        }
    }

    /// Sends a sample with this as its token.
    async fn send(&self, client: &Client, sample: &str, token: Option<&[u8]>) -> Answer {
        let query = sample
            .replace("OWN", &self.own)
            .replace("OTHER", &self.other);
        *client.csrf.lock().unwrap() = None;
        let mut request = client.request(Method::POST, "/query");
        if let Some(token) = token {
            request = request.header("x-csrf-token", token);
        }
        let request = if query.contains("$file") {
            let operations = json!({ "query": query, "variables": { "file": null } }).to_string();
            let form = Form::new()
                .text("operations", operations)
                .text("map", r#"{"0": ["variables.file"]}"#)
                .part("0", Part::bytes(corpus::png(8, 8)).file_name("a.png"));
            request.multipart(form)
        } else {
            request.json(&json!({ "query": query }))
        };
        Answer::of(client.send(request).await).await
    }
}

fn token_of(client: &Client) -> Vec<u8> {
    client.csrf.lock().unwrap().clone().unwrap().into_bytes()
}

/// S10
#[tokio::test]
async fn a_missing_garbled_or_foreign_token_fails_everywhere_without_effect() {
    let stage = Stage::new().await;
    let (own, desk, bert) = (
        token_of(&stage.anna),
        token_of(&stage.desk),
        token_of(&stage.bert),
    );
    let mut garbled = own.clone();
    garbled[40] = if garbled[40] == b'A' { b'B' } else { b'A' };
    let wrong: [Option<&[u8]>; 9] = [
        None,
        Some(b""),
        Some(b"null"),
        Some(&garbled),
        Some(&own[..85]),
        Some(&[own.clone(), b"A".to_vec()].concat()),
        Some(&desk),
        Some(&bert),
        Some(b"\xff\xfe"),
    ];
    let before = stage.server.snapshot().await;
    for (name, sample) in MEMBERS {
        for token in wrong {
            let answer = stage.send(&stage.anna, sample, token).await;
            assert_eq!(answer.code(), "CSRF_FAILED", "{name} {token:?}");
            assert!(answer.headers.get("set-cookie").is_none(), "{name}");
        }
    }
    assert_eq!(stage.server.snapshot().await, before);
    let answer = stage.send(&stage.anna, "{ me { id } }", Some(&own)).await;
    answer.data();
}

/// S10
#[tokio::test]
async fn with_the_right_token_every_operation_gets_further() {
    let stage = Stage::new().await;
    for (name, sample) in MEMBERS {
        let client = stage.server.guest();
        let other = client.sign_in("anna@example.com", PASSWORD).await;
        if other.body.get("errors").is_some() {
            let new = "seven wet otters under the pier";
            client.sign_in("anna@example.com", new).await.data();
        }
        let token = token_of(&client);
        let answer = stage.send(&client, sample, Some(&token)).await;
        assert!(
            answer.body.get("errors").is_none(),
            "{name}: {}",
            answer.body
        );
    }
}

/// S10
#[tokio::test]
async fn the_session_is_asked_for_before_the_token_and_the_token_before_the_input() {
    let stage = Stage::new().await;
    let guest = stage.server.guest();
    for (name, sample) in MEMBERS.into_iter().filter(|(name, _)| *name != "me") {
        let answer = stage.send(&guest, sample, None).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED", "{name}");
    }
    let bad = r#"mutation { updateUser(input: { username: "" }) { id } }"#;
    assert_eq!(
        stage.send(&stage.anna, bad, None).await.code(),
        "CSRF_FAILED"
    );
}

/// S10
#[tokio::test]
async fn the_tokens_of_several_tabs_stay_valid_and_none_looks_like_another() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let mut tokens = vec![token_of(&anna)];
    for _ in 0..3 {
        anna.refresh().await.data();
        tokens.push(token_of(&anna));
    }
    let different: BTreeSet<_> = tokens.iter().collect();
    assert_eq!(different.len(), 4);
    for token in &tokens {
        *anna.csrf.lock().unwrap() = Some(String::from_utf8(token.clone()).unwrap());
        anna.me().await.data();
    }
}

/// S10
#[tokio::test]
async fn no_origin_makes_up_for_a_missing_token() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    *anna.csrf.lock().unwrap() = None;
    anna.header("sec-fetch-site", "same-origin");
    anna.header("origin", crate::support::PUBLIC_URL);
    assert_eq!(anna.logout().await.code(), "CSRF_FAILED");
}
