//! What answers do not give away.

use serde_json::{Value, json};

use super::{Market, text};
use crate::corpus;
use crate::support::{Client, Server};

const OPERATIONS: [&str; 11] = [
    "query($id: ID!) { image(id: $id) { id title user { id } } }",
    "query($id: ID!) { images(input: { id: $id }) { id labels } }",
    "query($id: ID!) { searchImages(filter: { id: $id }) { totalCount nodes { id labels } } }",
    "query($id: ID!) { searchImages(filter: { id: $id, private: true }) { totalCount nodes { id } } }",
    "mutation($id: ID!) { updateImage(input: { id: $id, title: \"x\" }) { id } }",
    "mutation($id: ID!) { updateImage(input: { id: $id, labels: [\"x\"] }) { id } }",
    "query($id: ID!) { similarImages(id: $id) { similarity } }",
    "mutation($id: ID!) { autoGenerateLabels(id: $id) }",
    "mutation($id: ID!) { deleteImages(input: [$id]) }",
    "mutation($id: ID!) { buyImage(id: $id) { id } }",
    "mutation($id: ID!) { buyImage(id: $id, expectedPrice: 1, idempotencyKey: \"k\") { id } }",
];

const MEDIA: [&str; 3] = ["thumbnail", "preview", "original"];

/// What an answer and its price are.
type Seen = (u16, Value, u64);

async fn ask(server: &Server, client: &Client, operation: &str, id: &str) -> Seen {
    let before = server.statements().await;
    let answer = client.gql(operation, json!({ "id": id })).await;
    let cost = server.statements().await - before;
    (answer.status.as_u16(), answer.body, cost)
}

async fn fetch(server: &Server, client: &Client, path: &str) -> Seen {
    let before = server.statements().await;
    let answer = client.get(path).await;
    let status = answer.status().as_u16();
    let body = json!(answer.text().await.unwrap());
    (status, body, server.statements().await - before)
}

/// Without a worker, so that it is the request alone that costs statements.
async fn alone(market: Market) -> Market {
    let data = market.server.kill();
    let server = Server::on(data, &[("WORKER", "off")]).await;
    let moved = |mut client: Client| {
        client.base.clone_from(&server.base);
        client
    };
    Market {
        owner: moved(market.owner),
        buyer: moved(market.buyer),
        member: moved(market.member),
        guest: moved(market.guest),
        items: market.items,
        server,
    }
}

/// Z7
#[tokio::test]
async fn a_stranger_cannot_tell_hidden_from_missing() {
    let market = Market::open().await;
    let picture = corpus::png(8, 8);
    let upload = market.owner.upload(json!({ "title": "Gone" }), picture);
    let gone = upload.await.data()["uploadImages"][0].clone();
    let missing = text(&gone["id"]);
    market.owner.delete(&[&missing]).await.data();
    let market = alone(market).await;
    for (client, is_member) in [(&market.member, true), (&market.guest, false)] {
        for operation in OPERATIONS {
            ask(&market.server, client, operation, &missing).await;
            let wanted = ask(&market.server, client, operation, &missing).await;
            let cost = wanted.2;
            assert_eq!(cost > 0, is_member, "{operation}: {cost} statements");
            for item in market.items.iter().filter(|item| item.state.hidden()) {
                let seen = ask(&market.server, client, operation, &item.id).await;
                assert_eq!(seen, wanted, "{operation} {:?}", item.state);
            }
        }
        media_cannot_be_told_apart(&market, client, &gone).await;
    }
}

/// Bare paths, and signed links from when the images were public.
async fn media_cannot_be_told_apart(market: &Market, client: &Client, gone: &Value) {
    let missing = text(&gone["id"]);
    let link = text(&gone["thumbnailUrl"]);
    let by_link = fetch(&market.server, client, &link).await;
    for rendition in MEDIA {
        let path = format!("/media/{missing}/{rendition}");
        let bare = fetch(&market.server, client, &path).await;
        for item in market.items.iter().filter(|item| item.state.hidden()) {
            let path = format!("/media/{}/{rendition}", item.id);
            let seen = fetch(&market.server, client, &path).await;
            assert_eq!(seen, bare, "{path}");
            let path = format!("/media/{}/thumbnail?{}", item.id, item.proofs[0]);
            let seen = fetch(&market.server, client, &path).await;
            assert_eq!(seen, by_link, "{path}");
        }
    }
}

/// Z2: labels of hidden images are in no count and under no prefix.
#[tokio::test]
async fn labels_of_hidden_images_are_nobodys_business() {
    let market = Market::open().await;
    let answer = market
        .member
        .gql("{ labels(first: 100) { name count } }", Value::Null)
        .await;
    let labels = answer.data()["labels"].as_array().unwrap();
    let wanted = [("everything", 2), ("state-000", 1), ("state-001", 1)];
    let wanted = wanted.map(|(name, count)| json!({ "name": name, "count": count }));
    assert_eq!(labels, &wanted);
    for (prefix, found) in [("state-1", 0), ("state-01", 0), ("STATE-00", 2), ("", 3)] {
        let query = "query($p: String) { labels(prefix: $p) { name } }";
        let answer = market.member.gql(query, json!({ "p": prefix })).await;
        assert_eq!(
            answer.data()["labels"].as_array().unwrap().len(),
            found,
            "{prefix}"
        );
    }
}

/// Z4
#[tokio::test]
async fn nobody_reads_the_addresses_of_others() {
    let market = Market::open().await;
    let query = "query($id: ID!) { users(first: 100) { username email pendingEmail }
        image(id: $id) { user { email pendingEmail } }
        purchases { nodes { seller { email } buyer { username email } } } sales { seller { email } buyer { email username } } }";
    let id = &market.item(false, false, false).id;
    let answer = market.buyer.gql(query, json!({ "id": id })).await;
    let body = answer.body.to_string();
    assert!(body.contains("buyer@example.com"), "{body}");
    assert!(
        !body.contains("owner@") && !body.contains("member@"),
        "{body}"
    );
    let by_address = "query($e: String) { users(input: { email: $e }) { id } }";
    for (address, found) in [
        ("owner@example.com", 0),
        ("buyer@example.com", 1),
        ("no@example.com", 0),
    ] {
        let answer = market.buyer.gql(by_address, json!({ "e": address })).await;
        assert_eq!(
            answer.data()["users"].as_array().unwrap().len(),
            found,
            "{address}"
        );
    }
    for first in [0, -1, 101] {
        let answer = market.buyer.gql(
            "query($n: Int) { users(first: $n) { id } }",
            json!({ "n": first }),
        );
        assert_eq!(answer.await.code(), "BAD_USER_INPUT", "{first}");
    }
}

/// Z5
#[tokio::test]
async fn fields_that_are_not_the_callers_to_set_do_not_exist() {
    let market = Market::open().await;
    let id = &market.item(false, false, true).id;
    for input in [
        json!({ "title": "x", "userId": "1" }),
        json!({ "title": "x", "owner": "1" }),
        json!({ "title": "x", "created": "2020-01-01T00:00:00Z" }),
        json!({ "title": "x", "archived": true }),
    ] {
        let answer = market.member.upload(input, corpus::png(8, 8)).await;
        assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED");
    }
    for change in [
        json!({ "userId": "1" }),
        json!({ "finalPrice": 1 }),
        json!({ "purchased": true }),
    ] {
        let answer = market.owner.change(id, change).await;
        assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED");
    }
    let price = format!("mutation {{ buyImage(id: {id}, price: 0.01) {{ id }} }}");
    let documents = [
        price.as_str(),
        "mutation { updateUser(input: { role: ADMIN }) { id } }",
        "mutation { updateUser(input: { verified: true }) { id } }",
        "mutation { updateUser(input: { id: 1, bio: \"x\" }) { id } }",
        "mutation { registerUser(input: { username: \"eve\", email: \"eve@example.com\", password: \"correct horse battery staple\", role: ADMIN }) { id } }",
    ];
    for document in documents {
        let answer = market.member.gql(document, Value::Null).await;
        assert_eq!(answer.code(), "GRAPHQL_VALIDATION_FAILED", "{document}");
    }
    assert_eq!(market.server.objects().len(), 32);
}
