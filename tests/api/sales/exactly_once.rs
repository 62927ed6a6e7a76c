//! One sale per buyer and image, however many requests race, retry or repeat.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::{Value, json};

use super::{market, offer, sales};

/// C1, M1
#[tokio::test]
async fn fifty_purchases_at_once_by_one_member_are_one_sale() {
    let (_server, seller, buyers) = market(1).await;
    let id = offer(&seller, "Wanted", 12.5).await;
    let buyer = &buyers[0];
    let attempts = (0..50).map(|n| {
        let key = if n % 2 == 0 {
            Value::Null
        } else {
            json!(format!("key {n}"))
        };
        buyer.buy_on(&id, Value::Null, key)
    });
    let answers = join_all(attempts).await;
    let ids: BTreeSet<String> = answers
        .iter()
        .map(|answer| answer.data()["buyImage"]["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert_eq!(
        buyer.buy(&id).await.data()["buyImage"]["id"].to_string(),
        *ids.first().unwrap()
    );
    assert_eq!(
        (
            sales(buyer).await.len(),
            sales(&seller).await.len(),
            buyer.purchases().await
        ),
        (1, 1, 1)
    );

    // The mails of a later purchase come after those of this one.
    let later = offer(&seller, "Later", 1.0).await;
    buyer.buy(&later).await.data();
    buyer.wait_for_mails("buyer0@example.com", 3).await;
    seller.wait_for_mails("seller@example.com", 3).await;
    for address in ["buyer0@example.com", "seller@example.com"] {
        let mails = buyer.mails(address).await;
        let about = |title: &str| {
            mails
                .iter()
                .filter(|mail| mail["text"].as_str().unwrap().contains(title))
                .count()
        };
        assert_eq!((about("Wanted"), about("Later")), (1, 1), "{address}");
    }
}

/// C1
#[tokio::test]
async fn fifty_members_at_once_all_get_their_own() {
    let (_server, seller, buyers) = market(50).await;
    let id = offer(&seller, "Wanted", 3.0).await;
    let answers = join_all(buyers.iter().map(|buyer| buyer.buy(&id))).await;
    let ids: BTreeSet<String> = answers
        .iter()
        .map(|answer| answer.data()["buyImage"]["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 50);
    let sold = sales(&seller).await;
    let names: BTreeSet<&str> = sold
        .iter()
        .map(|sale| sale["buyer"]["username"].as_str().unwrap())
        .collect();
    assert_eq!((sold.len(), names.len()), (50, 50));
}

/// C5
#[tokio::test]
async fn an_owner_cannot_buy_whatever_the_way() {
    let (_server, seller, _) = market(0).await;
    let id = offer(&seller, "Own", 3.0).await;
    assert_eq!(seller.buy(&id).await.code(), "FORBIDDEN");
    let twice = "mutation($id: ID!) { a: buyImage(id: $id) { id } b: buyImage(id: $id, idempotencyKey: \"k\") { id } }";
    let answer = seller.gql(twice, json!({ "id": id })).await;
    assert_eq!(answer.code(), "FORBIDDEN");
    for answer in join_all((0..10).map(|_| seller.buy_on(&id, json!(3), json!("k")))).await {
        assert_eq!(answer.code(), "FORBIDDEN");
    }
    for state in [
        json!({ "forSale": false }),
        json!({ "archived": true }),
        json!({ "private": true }),
    ] {
        seller.change(&id, state).await.data();
        assert_eq!(seller.buy(&id).await.code(), "FORBIDDEN");
    }
    assert_eq!(
        (sales(&seller).await.len(), seller.purchases().await),
        (0, 0)
    );
}

/// C1
#[tokio::test]
async fn one_document_that_buys_twice_makes_one_sale() {
    let (_server, seller, buyers) = market(1).await;
    let id = offer(&seller, "Twice", 3.0).await;
    let twice = "mutation($id: ID!) { a: buyImage(id: $id) { id } b: buyImage(id: $id) { id } }";
    let answer = buyers[0].gql(twice, json!({ "id": id })).await;
    assert_eq!(answer.data()["a"], answer.data()["b"]);
    assert_eq!(buyers[0].purchases().await, 1);
}
