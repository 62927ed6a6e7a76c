//! Every filter narrows what the viewer may see; none widens it.

use serde_json::{Value, json};

use super::{assert_finds, found};
use crate::support::{Client, Server};

/// Ann's and Bob's images in all states; Ann bought two that Bob then hid.
struct Gallery {
    server: Server,
    ann: Client,
    bob: Client,
    hidden: String,
}

async fn gallery() -> Gallery {
    let server = Server::start().await;
    let (ann, bob) = (server.member("ann").await, server.member("bob").await);
    let ids = bob
        .put_up_all(&[
            json!({ "title": "Plain", "labels": ["sea"], "price": 10, "forSale": true }),
            json!({ "title": "Free" }),
            json!({ "title": "Dear", "labels": ["Sea", "sun"], "price": 100, "discountPercent": 50, "forSale": true }),
            json!({ "title": "Hidden", "labels": ["sea"], "private": true, "price": 5 }),
            json!({ "title": "Put away", "labels": ["sea"], "price": 5 }),
            json!({ "title": "Sold private", "price": 20, "forSale": true }),
            json!({ "title": "Sold archived", "labels": ["sun"], "price": 30, "forSale": true }),
        ])
        .await;
    ann.put_up_all(&[
        json!({ "title": "Mine" }),
        json!({ "title": "My private", "private": true, "forSale": true, "price": 1 }),
        json!({ "title": "My discount", "discountPercent": 10, "price": 0.01 }),
    ])
    .await;
    for id in &ids[5..] {
        ann.buy(id).await.data();
    }
    bob.change(&ids[4], json!({ "archived": true }))
        .await
        .data();
    bob.change(&ids[5], json!({ "private": true, "forSale": false }))
        .await
        .data();
    bob.change(&ids[6], json!({ "archived": true }))
        .await
        .data();
    Gallery {
        server,
        ann,
        bob,
        hidden: ids[3].clone(),
    }
}

const ALL: &[&str] = &[
    "Dear",
    "Free",
    "Mine",
    "My discount",
    "My private",
    "Plain",
    "Sold archived",
    "Sold private",
];

#[tokio::test]
async fn each_filter_finds_what_it_says_of_what_the_viewer_may_see() {
    let Gallery {
        server: _server,
        ann,
        bob,
        hidden,
    } = gallery().await;
    let (ann_id, bob_id) = (ann.id().await, bob.id().await);
    assert_finds(
        &ann,
        &[
            (json!(null), ALL),
            (json!({}), ALL),
            (json!({ "title": "", "text": "", "labels": [] }), ALL),
            (json!({ "id": hidden }), &[]),
            (json!({ "id": "x' OR 1=1" }), &[]),
            (
                json!({ "userId": ann_id }),
                &["Mine", "My discount", "My private"],
            ),
            (
                json!({ "userId": bob_id }),
                &["Dear", "Free", "Plain", "Sold archived", "Sold private"],
            ),
            (json!({ "userId": "999999" }), &[]),
            (json!({ "userId": "-1" }), &[]),
            (json!({ "private": true }), &["My private", "Sold private"]),
            (
                json!({ "private": false }),
                &[
                    "Dear",
                    "Free",
                    "Mine",
                    "My discount",
                    "Plain",
                    "Sold archived",
                ],
            ),
            (json!({ "archived": true }), &["Sold archived"]),
            (
                json!({ "archived": false }),
                &[
                    "Dear",
                    "Free",
                    "Mine",
                    "My discount",
                    "My private",
                    "Plain",
                    "Sold private",
                ],
            ),
            (
                json!({ "forSale": true }),
                &["Dear", "My private", "Plain", "Sold archived"],
            ),
            (
                json!({ "forSale": false }),
                &["Free", "Mine", "My discount", "Sold private"],
            ),
            (
                json!({ "purchased": true }),
                &["Sold archived", "Sold private"],
            ),
            (
                json!({ "purchased": false }),
                &["Dear", "Free", "Mine", "My discount", "My private", "Plain"],
            ),
            (json!({ "labels": ["SEA "] }), &["Dear", "Plain"]),
            (
                json!({ "labels": ["sea", "sun"] }),
                &["Dear", "Plain", "Sold archived"],
            ),
            (
                json!({ "labels": ["sea", "sun"], "matchAll": false }),
                &["Dear", "Plain", "Sold archived"],
            ),
            (
                json!({ "labels": ["sea", "sun"], "matchAll": true }),
                &["Dear"],
            ),
            (json!({ "labels": ["se"] }), &[]),
            (json!({ "matchAll": true }), ALL),
        ],
    )
    .await;
}

#[tokio::test]
async fn limits_compare_the_final_price_and_the_discount() {
    let Gallery {
        server: _server,
        ann,
        ..
    } = gallery().await;
    let cheap: &[&str] = &["Free", "Mine", "My discount"];
    assert_finds(
        &ann,
        &[
            (json!({ "priceLimit": 0 }), &["Free", "Mine"]),
            (json!({ "priceLimit": 0.01 }), cheap),
            (json!({ "priceLimit": 0.999 }), cheap),
            (
                json!({ "priceLimit": 49.99, "userId": ann.id().await }),
                &["Mine", "My discount", "My private"],
            ),
            (
                json!({ "priceLimit": 49.99, "labels": ["sea"] }),
                &["Plain"],
            ),
            (
                json!({ "priceLimit": 50, "labels": ["sea"] }),
                &["Dear", "Plain"],
            ),
            (json!({ "priceLimit": 1e18 }), ALL),
            (
                json!({ "discountPercentLimit": 0, "labels": ["sea"] }),
                &["Plain"],
            ),
            (
                json!({ "discountPercentLimit": 49 }),
                &[
                    "Free",
                    "Mine",
                    "My discount",
                    "My private",
                    "Plain",
                    "Sold archived",
                    "Sold private",
                ],
            ),
            (json!({ "discountPercentLimit": 50 }), ALL),
            (json!({ "discountPercentLimit": 1000 }), ALL),
        ],
    )
    .await;
}

/// Z3
#[tokio::test]
async fn two_filters_find_what_each_of_them_finds() {
    let Gallery {
        server, ann, bob, ..
    } = gallery().await;
    let stranger = server.member("eve").await;
    let bob_id = bob.id().await;
    let mut filters = vec![
        json!({ "priceLimit": 10 }),
        json!({ "discountPercentLimit": 9 }),
        json!({ "labels": ["sea"] }),
        json!({ "title": "my" }),
        json!({ "text": "sold" }),
        json!({ "userId": bob_id }),
    ];
    for flag in ["private", "archived", "forSale", "purchased"] {
        filters.extend([json!({ flag: true }), json!({ flag: false })]);
    }
    for viewer in [&ann, &stranger] {
        let mut alone = Vec::new();
        for filter in &filters {
            alone.push(found(viewer, filter.clone()).await);
        }
        for (one, other) in pairs(filters.len()) {
            let Some(both) = merged(&filters[one], &filters[other]) else {
                continue;
            };
            let common: Vec<String> = alone[one]
                .iter()
                .filter(|title| alone[other].contains(title))
                .cloned()
                .collect();
            assert_eq!(found(viewer, both.clone()).await, common, "{both}");
        }
    }
    for flag in ["private", "archived", "purchased"] {
        assert!(
            found(&stranger, json!({ flag: true })).await.is_empty(),
            "{flag}"
        );
    }
}

fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(move |one| (one + 1..count).map(move |other| (one, other)))
}

/// Both filters in one; none where they are about the same field.
fn merged(one: &Value, other: &Value) -> Option<Value> {
    let mut both = one.as_object().unwrap().clone();
    for (name, value) in other.as_object().unwrap() {
        if both.insert(name.clone(), value.clone()).is_some() {
            return None;
        }
    }
    Some(Value::Object(both))
}

#[tokio::test]
async fn a_search_needs_a_session() {
    let server = Server::start().await;
    for query in [
        "{ images { id } }",
        "{ searchImages { totalCount } }",
        "{ labels { name } }",
    ] {
        assert_eq!(
            server.guest().gql(query, Value::Null).await.code(),
            "UNAUTHENTICATED"
        );
    }
}
