//! Buying races against what takes an image away.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use futures::future::{join, join_all};
use serde_json::{Value, json};

use super::{market, offer, sales};
use crate::support::{Answer, Client};

const ROUNDS: usize = 6;

/// What a purchase came to: a sale, or one of these refusals and no other.
fn bought(answer: &Answer, refusals: &[&str]) -> bool {
    if answer.body.get("errors").is_none() {
        return true;
    }
    assert!(refusals.contains(&answer.code()), "{}", answer.body);
    false
}

/// Whether the buyer has the image and its original for ever.
async fn keeps(buyer: &Client, id: &str) -> bool {
    let query = "query($id: ID!) { image(id: $id) { purchased originalUrl } }";
    let answer = buyer.gql(query, json!({ "id": id })).await;
    let image = &answer.data()["image"];
    if image["purchased"] != true {
        return false;
    }
    let original = buyer.get(image["originalUrl"].as_str().unwrap()).await;
    assert_eq!(original.status(), 200);
    true
}

/// All buyers and the seller at once; then nobody gets it any more, and each sale is kept. Answers with the number of sales.
pub async fn race(
    seller: &Client,
    buyers: &[Client],
    id: &str,
    change: &Value,
    refusals: &[&str],
) -> usize {
    let gone = AtomicBool::new(false);
    let take_away = async {
        let answer = match change {
            Value::Null => seller.delete(&[id]).await,
            fields => seller.change(id, fields.clone()).await,
        };
        answer.data();
        gone.store(true, SeqCst);
    };
    let buy = async |buyer: &Client| {
        let mut had = false;
        // Until well behind the change: whoever asks after its answer comes too late.
        loop {
            let too_late = gone.load(SeqCst);
            let has = bought(&buyer.buy(id).await, refusals);
            assert!(!had || has, "a sale is for ever");
            assert!(had || !too_late || !has, "sold after it was taken away");
            had = has;
            if too_late {
                return had;
            }
        }
    };
    let ((), sold) = join(take_away, join_all(buyers.iter().map(buy))).await;
    for (buyer, sold) in buyers.iter().zip(&sold) {
        assert_eq!(keeps(buyer, id).await, *sold);
    }
    sold.iter().filter(|sold| **sold).count()
}

async fn races(change: Value, refusals: &[&str]) {
    let (_server, seller, buyers) = market(3).await;
    let mut sold = 0;
    for round in 0..ROUNDS {
        let id = offer(&seller, &format!("{round}"), 1.0).await;
        sold += race(&seller, &buyers, &id, &change, refusals).await;
    }
    assert_eq!(sales(&seller).await.len(), sold);
}

/// C4
#[tokio::test]
async fn no_sale_comes_after_the_image_was_archived() {
    races(json!({ "archived": true }), &["NOT_FOUND"]).await;
}

/// C4
#[tokio::test]
async fn no_sale_comes_after_the_image_was_made_private() {
    races(json!({ "private": true }), &["NOT_FOUND"]).await;
}

/// C4
#[tokio::test]
async fn no_sale_comes_after_the_image_was_withdrawn_from_sale() {
    races(json!({ "forSale": false }), &["NOT_FOR_SALE"]).await;
}

/// C4, K3
#[tokio::test]
async fn deleting_races_with_buying_and_leaves_no_orphan() {
    let (server, seller, buyers) = market(3).await;
    offer(&seller, "Measure", 1.0).await;
    let each = server.objects().len();
    let (mut sold, mut kept) = (0, 1);
    for round in 0..ROUNDS {
        let id = offer(&seller, &format!("{round}"), 1.0).await;
        let buyers = if round % 2 == 0 {
            &buyers[..1]
        } else {
            &buyers[..]
        };
        let count = race(&seller, buyers, &id, &Value::Null, &["NOT_FOUND"]).await;
        sold += count;
        kept += usize::from(count > 0);
        let left = seller
            .gql(
                "query($id: ID!) { image(id: $id) { archived } }",
                json!({ "id": id }),
            )
            .await;
        let expected = if count > 0 {
            json!({ "archived": true })
        } else {
            Value::Null
        };
        assert_eq!(left.data()["image"], expected, "sold: archived; else gone");
    }
    assert_eq!(sales(&seller).await.len(), sold);
    server.wait_for_objects(kept * each).await;
}
