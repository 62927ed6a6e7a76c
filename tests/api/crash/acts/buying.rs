//! Purchases, settled by their keys.

use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use serde_json::{Value, json};

use super::uploading::price;
use crate::crash::ledger::Sale;
use crate::crash::person::{Person, Reply, gql};

pub const BUY: &str = "mutation($id: ID!, $p: Float, $k: String) { buyImage(id: $id, expectedPrice: $p, idempotencyKey: $k)
    { id price image { id } } }";
/// What the seller may have done meanwhile.
const TOO_LATE: [&str; 3] = ["NOT_FOUND", "NOT_FOR_SALE", "PRICE_CHANGED"];

impl Person {
    pub async fn buy(&mut self, name: &str) {
        let market = self.stage.know(|known| known.on_sale(name));
        let Some((id, cents)) = market.choose(&mut self.rng).cloned() else {
            return;
        };
        let expected = self.rng.random_bool(0.5).then(|| price(cents));
        // Without a key a purchase is settled as well: there is one sale per buyer and image.
        let key = self.rng.random_bool(0.85).then(|| self.new_name("key"));
        let variables = json!({ "id": id, "p": expected, "k": key });
        // Sent again with its key until it is answered.
        let (reply, _) = self
            .insist("buy", |client| gql(client, BUY, &variables))
            .await;
        match reply {
            Reply::Answered(data) => {
                self.bought(name, &id, expected, &data["buyImage"]);
                let key = (name.to_owned(), id);
                self.stage.know(|known| known.terms.insert(key, variables));
            }
            Reply::Refused(code) if TOO_LATE.contains(&code.as_str()) => {}
            other => self.surprise("buy", &other),
        }
    }

    fn bought(&self, name: &str, id: &str, expected: Option<f64>, said: &Value) {
        let sale = sale(said);
        if expected.is_some_and(|expected| price(sale.cents).total_cmp(&expected).is_ne()) {
            let what = format!(
                "sale {}: {} was charged, not {expected:?}",
                sale.id, sale.cents
            );
            self.stage.loss(what);
        }
        let key = (name.to_owned(), id.to_owned());
        self.stage.know(|known| known.sales.insert(key, sale));
    }

    /// Who buys again what is theirs hears of the same sale.
    pub async fn buy_again(&mut self, name: &str) {
        let bought = self.stage.know(|known| known.bought(name));
        let Some((id, first)) = bought.choose(&mut self.rng).cloned() else {
            return;
        };
        let variables = json!({ "id": id, "p": null, "k": self.new_name("key") });
        let (reply, _) = self
            .insist("buy again", |client| gql(client, BUY, &variables))
            .await;
        match reply {
            Reply::Answered(data) if sale(&data["buyImage"]) == first => {}
            other => self.surprise(&format!("buy {id} again, first {first:?}"), &other),
        }
    }
}

/// A sale as the API has it.
pub fn sale(said: &Value) -> Sale {
    Sale {
        id: said["id"].as_str().unwrap_or_default().to_owned(),
        cents: cents(&said["price"]),
    }
}

/// The cents of a price that the API has printed.
pub fn cents(price: &Value) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "prices are small")]
    let cents = (price.as_f64().unwrap_or(-1.0) * 100.0).round() as i64;
    cents
}
