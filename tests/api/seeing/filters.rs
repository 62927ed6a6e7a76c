//! Every other filter narrows what a picture finds.

use serde_json::{Value, json};

use super::found_with;
use crate::corpus;
use crate::support::{Client, Server};

/// The same picture in all states, Ann's and Bob's; Ann bought two that Bob then hid. One shows something else.
async fn gallery() -> (Server, Client, String, String) {
    let server = Server::start().await;
    let (ann, bob) = (server.member("ann").await, server.member("bob").await);
    let ids = bob
        .put_up_all(&[
            json!({ "title": "Plain", "labels": ["sea"], "price": 10, "forSale": true }),
            json!({ "title": "Free bird", "description": "Over the dunes" }),
            json!({ "title": "Dear", "labels": ["sea", "sun"], "price": 100, "discountPercent": 50, "forSale": true }),
            json!({ "title": "Hidden", "labels": ["sea"], "private": true }),
            json!({ "title": "Sold private", "price": 20, "forSale": true }),
            json!({ "title": "Sold archived", "labels": ["sun"], "price": 30, "forSale": true }),
        ])
        .await;
    for id in &ids[4..] {
        ann.buy(id).await.data();
    }
    let hide = json!({ "private": true, "forSale": false });
    bob.change(&ids[4], hide).await.data();
    bob.change(&ids[5], json!({ "archived": true }))
        .await
        .data();
    ann.put_up_all(&[
        json!({ "title": "Mine" }),
        json!({ "title": "My private", "private": true, "forSale": true, "price": 1 }),
    ])
    .await;
    bob.put_up(
        json!({ "title": "Bear", "labels": ["sea"] }),
        corpus::BEAR.to_vec(),
    )
    .await;
    let dear = ids[2].clone();
    let bob = bob.id().await;
    (server, ann, bob, dear)
}

const ALL: &[&str] = &[
    "Plain",
    "Free bird",
    "Dear",
    "Sold private",
    "Sold archived",
    "Mine",
    "My private",
];

/// ALL without these.
fn but(others: &[&str]) -> Vec<&'static str> {
    let left = ALL.iter().filter(|title| !others.contains(title));
    left.copied().collect()
}

#[tokio::test]
async fn each_filter_narrows_what_a_picture_finds() {
    let (_server, ann, bob, dear) = gallery().await;
    let mine = ann.id().await;
    let table: Vec<(Value, Vec<&str>)> = vec![
        (json!({}), but(&[])),
        (json!({ "id": dear }), vec!["Dear"]),
        (json!({ "id": "999999" }), vec![]),
        (json!({ "userId": mine }), vec!["Mine", "My private"]),
        (json!({ "userId": bob }), but(&["Mine", "My private"])),
        (json!({ "title": "bir" }), vec!["Free bird"]),
        (json!({ "title": "bear" }), vec![]),
        (json!({ "text": "dunes" }), vec!["Free bird"]),
        (json!({ "text": "%" }), vec![]),
        (json!({ "labels": ["sea"] }), vec!["Plain", "Dear"]),
        (
            json!({ "labels": ["sea", "sun"] }),
            vec!["Plain", "Dear", "Sold archived"],
        ),
        (
            json!({ "labels": ["sea", "sun"], "matchAll": true }),
            vec!["Dear"],
        ),
        (
            json!({ "private": true }),
            vec!["Sold private", "My private"],
        ),
        (
            json!({ "private": false }),
            but(&["Sold private", "My private"]),
        ),
        (json!({ "archived": true }), vec!["Sold archived"]),
        (json!({ "archived": false }), but(&["Sold archived"])),
        (
            json!({ "forSale": true }),
            vec!["Plain", "Dear", "Sold archived", "My private"],
        ),
        (
            json!({ "forSale": false }),
            vec!["Free bird", "Sold private", "Mine"],
        ),
        (
            json!({ "priceLimit": 10 }),
            vec!["Plain", "Free bird", "Mine", "My private"],
        ),
        (json!({ "discountPercentLimit": 49 }), but(&["Dear"])),
        (
            json!({ "purchased": true }),
            vec!["Sold private", "Sold archived"],
        ),
        (
            json!({ "purchased": false }),
            but(&["Sold private", "Sold archived"]),
        ),
        (
            json!({ "userId": bob, "forSale": true, "labels": ["sun"], "purchased": false }),
            vec!["Dear"],
        ),
    ];
    for (filter, expected) in table {
        let found = found_with(&ann, filter.clone(), &corpus::png(8, 8)).await;
        assert_eq!(found, expected, "{filter}");
    }
}
