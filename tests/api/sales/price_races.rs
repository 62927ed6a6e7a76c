//! The seller changes price and discount all the time while buyers buy.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::SeqCst};

use futures::future::{join, join_all};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{market, offer};
use crate::support::Client;

const BUYERS: usize = 4;
const IMAGES: i64 = 5;
/// Of each image's price; a thousand of all.
const FLIPS: i64 = 200;

/// An image whose n-th price is n, less a discount of n modulo 90.
struct Flipping {
    id: String,
    /// The last price that was asked for, and the last that was acknowledged.
    sent: AtomicI64,
    acknowledged: watch::Sender<i64>,
}

impl Flipping {
    async fn offer(seller: &Client) -> Self {
        let id = offer(seller, "Flipping", 1.0).await;
        seller
            .change(&id, json!({ "price": 1, "discountPercent": 1 }))
            .await
            .data();
        Self {
            id,
            sent: AtomicI64::new(1),
            acknowledged: watch::channel(1).0,
        }
    }

    fn acknowledged(&self) -> i64 {
        *self.acknowledged.borrow()
    }

    /// Flips at least so often, and until it is over.
    async fn flip_until(&self, seller: &Client, least: i64, over: &AtomicBool) {
        for n in 2.. {
            if n > least && over.load(SeqCst) {
                return;
            }
            self.sent.store(n, SeqCst);
            seller
                .change(&self.id, json!({ "price": n, "discountPercent": n % 90 }))
                .await
                .data();
            self.acknowledged.send_replace(n);
            tokio::task::yield_now().await;
        }
    }
}

/// Cents left of the n-th price.
fn expected(n: i64) -> i64 {
    (n * 100 * (100 - n % 90) + 50) / 100
}

fn cents(price: &Value) -> i64 {
    format!("{:.0}", price.as_f64().unwrap() * 100.0)
        .parse()
        .unwrap()
}

/// Runs every buyer over every image while the prices flip; how many flips there were.
async fn while_prices_flip<F>(seller: &Client, images: &[Flipping], least: i64, buying: F) -> i64
where
    F: Future<Output = ()>,
{
    let over = AtomicBool::new(false);
    let flips = images
        .iter()
        .map(|image| image.flip_until(seller, least, &over));
    let flipping = join_all(flips);
    let buying = async {
        buying.await;
        over.store(true, SeqCst);
    };
    join(flipping, buying).await;
    images.iter().map(Flipping::acknowledged).sum()
}

async fn flipping(seller: &Client) -> Vec<Flipping> {
    let mut images = Vec::new();
    for _ in 0..IMAGES {
        images.push(Flipping::offer(seller).await);
    }
    images
}

/// C3
#[tokio::test]
async fn every_price_charged_was_in_force_at_the_sale() {
    let (_server, seller, buyers) = market(BUYERS).await;
    let images = flipping(&seller).await;
    let buy_all = async |buyer: &Client| {
        for (image, at) in images.iter().zip(1..) {
            // All buyers at the same flip of the one image, of the next a little later.
            let mut flips = image.acknowledged.subscribe();
            let due = |n: &i64| *n >= at * FLIPS / (IMAGES + 1);
            flips.wait_for(due).await.unwrap();
            let earliest = image.acknowledged();
            let answer = buyer.buy_on(&image.id, Value::Null, Value::Null).await;
            let latest = image.sent.load(SeqCst);
            let sale = &answer.data()["buyImage"];
            let n = cents(&sale["listPrice"]) / 100;
            assert!(
                (earliest..=latest).contains(&n),
                "{n} is not in {earliest}..={latest}"
            );
            assert_eq!(
                sale["discountPercent"],
                n % 90,
                "price and discount belong together"
            );
            assert_eq!(cents(&sale["price"]), expected(n));
        }
    };
    let buying = async { drop(join_all(buyers.iter().map(buy_all)).await) };
    let flips = while_prices_flip(&seller, &images, FLIPS, buying).await;
    assert!(flips >= 1000, "{flips}");
}

/// C3
#[tokio::test]
async fn an_expected_price_is_charged_exactly_or_refused() {
    let (_server, seller, buyers) = market(BUYERS).await;
    let images = flipping(&seller).await;
    let query = "query($id: ID!) { image(id: $id) { finalPrice } }";
    let try_once = async |buyer: &Client, image: &Flipping| {
        let shown =
            buyer.gql(query, json!({ "id": image.id })).await.data()["image"]["finalPrice"].clone();
        let answer = buyer
            .buy_on(&image.id, shown.clone(), json!(image.id))
            .await;
        if answer.body.get("errors").is_some() {
            assert_eq!(
                (answer.code(), answer.field()),
                ("PRICE_CHANGED", "expectedPrice")
            );
            return false;
        }
        assert_eq!(answer.data()["buyImage"]["price"], shown);
        true
    };
    let buy_all = async |buyer: &Client| {
        for image in &images {
            for _ in 0..5 {
                if try_once(buyer, image).await {
                    break;
                }
            }
        }
    };
    let buying = async { drop(join_all(buyers.iter().map(buy_all)).await) };
    while_prices_flip(&seller, &images, 0, buying).await;
    // Now that the prices rest, everybody gets what is left at the price shown.
    for buyer in &buyers {
        let had = buyer.purchases().await;
        for image in &images {
            let shown =
                buyer.gql(query, json!({ "id": image.id })).await.data()["image"]["finalPrice"]
                    .clone();
            buyer.buy_on(&image.id, shown, Value::Null).await.data();
        }
        assert!((0..=IMAGES).contains(&had));
        assert_eq!(buyer.purchases().await, IMAGES);
    }
}
