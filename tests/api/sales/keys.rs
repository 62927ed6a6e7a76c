//! Idempotency keys: per buyer, bound by success to what was asked for.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::{Value, json};

use super::{market, offer};
use crate::support::Answer;

fn sale(answer: &Answer) -> Value {
    answer.data()["buyImage"].clone()
}

/// C2
#[tokio::test]
async fn a_key_answers_its_own_purchase_and_refuses_any_other() {
    let (_server, seller, buyers) = market(2).await;
    let (one, other) = (
        offer(&seller, "One", 10.0).await,
        offer(&seller, "Other", 10.0).await,
    );
    let (ann, bob) = (&buyers[0], &buyers[1]);
    let first = sale(&ann.buy_on(&one, json!(10), json!("k")).await);

    assert_eq!(
        sale(&ann.buy_on(&one, json!(10), json!("k")).await),
        first,
        "a replay"
    );
    assert_eq!(
        sale(&ann.buy_on(&one, json!(10.0), json!("k")).await),
        first,
        "the same number"
    );
    for (id, price) in [(&other, json!(10)), (&one, json!(9)), (&one, Value::Null)] {
        let answer = ann.buy_on(id, price, json!("k")).await;
        assert_eq!(
            (answer.code(), answer.field()),
            ("IDEMPOTENCY_MISMATCH", "idempotencyKey")
        );
    }
    assert_eq!(
        ann.buy_on("999999", json!(10), json!("k")).await.code(),
        "IDEMPOTENCY_MISMATCH"
    );
    assert_eq!(ann.purchases().await, 1);

    assert_ne!(
        sale(&bob.buy_on(&other, Value::Null, json!("k")).await)["id"],
        first["id"],
        "another's key is another key"
    );
    assert_eq!(
        ann.buy_on(&other, json!(10), json!("K")).await.data()["buyImage"]["title"],
        "Other",
        "keys compare byte by byte"
    );
}

/// C2
#[tokio::test]
async fn a_replay_answers_as_at_first_whatever_happened_since() {
    let (_server, seller, buyers) = market(1).await;
    let id = offer(&seller, "Then", 10.0).await;
    let first = sale(&buyers[0].buy_on(&id, json!(10), json!("k")).await);
    seller
        .change(
            &id,
            json!({ "price": 99, "title": "Now", "forSale": false, "private": true }),
        )
        .await
        .data();
    seller.delete(&[&id]).await.data();
    assert_eq!(
        sale(&buyers[0].buy_on(&id, json!(10), json!("k")).await),
        first
    );
    assert_eq!(
        sale(&buyers[0].buy_on(&id, Value::Null, json!("new")).await),
        first,
        "a new key meets the old sale"
    );
    assert_eq!(
        buyers[0].buy_on(&id, json!(1), json!("new")).await.code(),
        "IDEMPOTENCY_MISMATCH",
        "and is bound by it"
    );
    assert_eq!(
        sale(&buyers[0].buy_on(&id, json!(1), Value::Null).await),
        first,
        "an existing sale comes before the price"
    );
}

/// C2
#[tokio::test]
async fn a_key_is_bound_by_success_only() {
    let (_server, seller, buyers) = market(1).await;
    let (id, other) = (
        offer(&seller, "Dear", 10.0).await,
        offer(&seller, "Other", 5.0).await,
    );
    let ann = &buyers[0];
    assert_eq!(
        ann.buy_on(&id, json!(9), json!("a")).await.code(),
        "PRICE_CHANGED"
    );
    seller.change(&id, json!({ "forSale": false })).await.data();
    assert_eq!(
        ann.buy_on(&id, json!(10), json!("b")).await.code(),
        "NOT_FOR_SALE"
    );
    seller.change(&id, json!({ "private": true })).await.data();
    assert_eq!(
        ann.buy_on(&id, json!(10), json!("c")).await.code(),
        "NOT_FOUND"
    );
    seller
        .change(&id, json!({ "private": false, "forSale": true }))
        .await
        .data();
    ann.buy_on(&id, json!(10), json!("a")).await.data();
    for key in ["b", "c"] {
        ann.buy_on(&other, json!(5), json!(key)).await.data();
    }
    assert_eq!(ann.purchases().await, 2);
}

/// C2
#[tokio::test]
async fn one_key_used_for_two_images_at_once_buys_one_of_them() {
    let (_server, seller, buyers) = market(1).await;
    for round in 0..4 {
        let images = [
            offer(&seller, "Left", 1.0).await,
            offer(&seller, "Right", 1.0).await,
        ];
        let key = json!(format!("round {round}"));
        let attempts = (0..12).map(|n| buyers[0].buy_on(&images[n % 2], Value::Null, key.clone()));
        let answers = join_all(attempts).await;
        let (sold, refused): (Vec<_>, Vec<_>) =
            answers.iter().partition(|a| a.body.get("errors").is_none());
        let ids: BTreeSet<String> = sold.iter().map(|a| sale(a)["id"].to_string()).collect();
        assert_eq!((ids.len(), sold.len()), (1, 6));
        assert!(
            refused
                .iter()
                .all(|answer| answer.code() == "IDEMPOTENCY_MISMATCH")
        );
        assert_eq!(buyers[0].purchases().await, round + 1);
    }
}

/// C2
#[tokio::test]
async fn a_key_is_one_to_255_printable_ascii_characters() {
    let (_server, seller, buyers) = market(1).await;
    let id = offer(&seller, "One", 1.0).await;
    for bad in [
        "",
        "a\n",
        "\u{0}",
        "ä",
        "🌊",
        "a\u{7f}",
        "\t",
        &"k".repeat(256),
    ] {
        let answer = buyers[0].buy_on(&id, Value::Null, json!(bad)).await;
        assert_eq!(
            (answer.code(), answer.field()),
            ("BAD_USER_INPUT", "idempotencyKey"),
            "{bad:?}"
        );
    }
    assert_eq!(buyers[0].purchases().await, 0);
    for good in [" ", "'; DROP TABLE sales; --", "%\\\"~", &"k".repeat(255)] {
        buyers[0].buy_on(&id, Value::Null, json!(good)).await.data();
    }
    assert_eq!(buyers[0].purchases().await, 1);
}
