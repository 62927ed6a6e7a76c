//! Buying: exactly once, at the price in force, on terms that both sides can rely on.

mod exactly_once;
mod keys;
mod lists;
mod mails;
mod order_of_checks;
mod price_races;
mod prices;
pub mod state_races;

use serde_json::{Value, json};

use crate::support::{Client, Server};

/// Members who register faster than strangers may.
const CROWD: &[(&str, &str)] = &[("MAILS_PER_IP", "1000")];

/// A server with a seller and so many buyers.
async fn market(buyers: usize) -> (Server, Client, Vec<Client>) {
    let server = Server::with(CROWD).await;
    let seller = server.member("seller").await;
    let mut all = Vec::new();
    while all.len() < buyers {
        let few = (all.len()..buyers.min(all.len() + 4)).map(|n| format!("buyer{n}"));
        let names: Vec<String> = few.collect();
        all.extend(futures::future::join_all(names.iter().map(|name| server.member(name))).await);
    }
    (server, seller, all)
}

/// An image for sale at this price.
pub async fn offer(seller: &Client, title: &str, price: f64) -> String {
    let input = json!({ "title": title, "forSale": true, "price": price });
    seller.put_up_one(input).await
}

/// A server without a worker on the data of one that was killed; mails stay in its outbox.
async fn without_worker(server: Server) -> Server {
    let settings = [CROWD, &[("WORKER", "off")]].concat();
    Server::on(server.kill(), &settings).await
}

/// The ids of all sales in the client's list.
async fn sales(client: &Client) -> Vec<Value> {
    let query = "{ sales(first: 100) { id title price buyer { username } seller { username } } }";
    client.gql(query, Value::Null).await.data()["sales"]
        .as_array()
        .unwrap()
        .clone()
}
