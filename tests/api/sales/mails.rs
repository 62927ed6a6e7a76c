//! A receipt and a notice for each sale: both, once, whatever happens to the server.

use serde_json::{Value, json};

use super::{CROWD, market, offer, without_worker};
use crate::support::{Client, Server};

/// How many mails to an address are about this title.
async fn mails_about(client: &Client, to: &str, title: &str) -> usize {
    let mails = client.mails(to).await;
    mails
        .iter()
        .filter(|mail| mail["text"].as_str().unwrap().contains(title))
        .count()
}

async fn assert_each_side_has_one(client: &Client, title: &str) {
    for to in ["buyer0@example.com", "seller@example.com"] {
        assert_eq!(mails_about(client, to, title).await, 1, "{to}: {title}");
    }
}

/// M1
#[tokio::test]
async fn both_sides_get_a_mail_with_the_terms() {
    let (_server, seller, buyers) = market(1).await;
    let input =
        json!({ "title": "Lighthouse", "forSale": true, "price": 20, "discountPercent": 15 });
    let id = seller.put_up_one(input).await;
    buyers[0].buy(&id).await.data();
    for (to, other) in [
        ("buyer0@example.com", "seller"),
        ("seller@example.com", "buyer0"),
    ] {
        let mail = &seller.wait_for_mails(to, 2).await[0];
        let text = mail["text"].as_str().unwrap();
        for part in ["Lighthouse", "17.00 USD", other] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert!(!text.contains("@example.com"), "{text}");
    }
}

/// M1
#[tokio::test]
async fn mails_of_a_sale_outlive_a_server_that_is_killed_before_they_are_sent() {
    let (server, mut seller, mut buyers) = market(1).await;
    let titles = ["Lighthouse", "Harbour", "Pier"];
    let mut ids = Vec::new();
    for title in titles {
        ids.push(offer(&seller, title, 4.0).await);
    }
    let server = without_worker(server).await;
    let buyer = &mut buyers[0];
    (buyer.base, seller.base) = (server.base.clone(), server.base.clone());
    for id in &ids {
        buyer.buy_on(id, json!(4), json!(id)).await.data();
        buyer.buy_on(id, json!(4), json!(id)).await.data();
        assert_eq!(
            buyer.buy_on(id, json!(5), json!(id)).await.code(),
            "IDEMPOTENCY_MISMATCH"
        );
    }
    for title in titles {
        assert_eq!(
            mails_about(buyer, "buyer0@example.com", title).await,
            0,
            "nobody sends yet"
        );
    }

    let server = Server::on(server.kill(), CROWD).await;
    (buyer.base, seller.base) = (server.base.clone(), server.base.clone());
    assert_eq!(buyer.purchases().await, 3, "no acknowledged sale is lost");
    buyer.wait_for_mails("buyer0@example.com", 4).await;
    buyer.wait_for_mails("seller@example.com", 4).await;

    // Once more, now that all is sent: nothing is sent again.
    let server = Server::on(server.kill(), CROWD).await;
    (buyer.base, seller.base) = (server.base.clone(), server.base.clone());
    let last = offer(&seller, "Last", 1.0).await;
    buyer.buy_on(&last, Value::Null, Value::Null).await.data();
    buyer.wait_for_mails("buyer0@example.com", 5).await;
    buyer.wait_for_mails("seller@example.com", 5).await;
    for title in titles.into_iter().chain(["Last"]) {
        assert_each_side_has_one(buyer, title).await;
    }
}

/// M1
#[tokio::test]
async fn a_refused_purchase_sends_nothing() {
    let (_server, seller, buyers) = market(1).await;
    let id = offer(&seller, "Lighthouse", 4.0).await;
    assert_eq!(
        buyers[0].buy_on(&id, json!(3), Value::Null).await.code(),
        "PRICE_CHANGED"
    );
    seller.change(&id, json!({ "forSale": false })).await.data();
    assert_eq!(buyers[0].buy(&id).await.code(), "NOT_FOR_SALE");
    let other = offer(&seller, "Harbour", 4.0).await;
    buyers[0].buy(&other).await.data();
    seller.wait_for_mails("seller@example.com", 2).await;
    seller.wait_for_mails("buyer0@example.com", 2).await;
    for to in ["buyer0@example.com", "seller@example.com"] {
        assert_eq!(mails_about(&seller, to, "Lighthouse").await, 0, "{to}");
    }
}
