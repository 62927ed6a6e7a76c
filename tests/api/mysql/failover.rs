//! The primary is killed while people buy, and a replica takes its place: where `TEST_FAILOVER` names a command that
//! kills the primary of `TEST_MYSQL_URL`, promotes one of its replicas and prints the port of that one.
//! `scripts/failover` sets all.

use std::collections::HashMap;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;
use sqlx::{Connection as _, MySqlConnection};
use url::Url;

use super::migrated;
use super::service::Service;
use crate::mysql_database::EmptyDatabase;
use crate::support::{Client, Server};

const BUYERS: usize = 24;
const IMAGES: usize = 60;
/// Buying before the primary is killed.
const BEFORE: Duration = Duration::from_secs(8);
/// How long a buyer asks again.
const PATIENCE: Duration = Duration::from_mins(2);

/// What buyers were answered.
#[derive(Default)]
struct Answered {
    /// The sale of each buyer and image.
    sales: HashMap<(String, String), String>,
    times: Vec<Instant>,
    /// Answers that left open whether there is a sale.
    unknown: usize,
}

type Ledger = Mutex<Answered>;

/// D3
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_sale_that_was_answered_is_known_to_the_new_primary() {
    let Ok(failover) = std::env::var("TEST_FAILOVER") else {
        println!("TEST_FAILOVER is not set: left out");
        return;
    };
    let primary: Url = std::env::var("TEST_MYSQL_URL").unwrap().parse().unwrap();
    let service = Service::to(primary.port().unwrap()).await;
    let database = EmptyDatabase::create(service.url(&primary)).await;
    let url = database.url();
    let data = migrated(&url);
    let settings = [("DATABASE_URL", url.as_str()), ("MAILS_PER_IP", "1000")];
    let servers = [
        Server::on(Arc::clone(&data), &settings).await,
        Server::on(data, &settings).await,
    ];
    let (buyers, images) = market(&servers).await;
    let ledger = Ledger::default();
    let buying = buyers.iter().map(|buyer| buy_all(buyer, &images, &ledger));
    let killing = async {
        tokio::time::sleep(BEFORE).await;
        let killed = Instant::now();
        promote(failover, &service).await;
        killed
    };
    let (killed, _) = tokio::join!(killing, join_all(buying));
    judge(&url, &ledger.into_inner().unwrap(), killed).await;
    database.drop().await;
}

/// Buyers with sessions on either server, and what there is to buy.
async fn market(servers: &[Server; 2]) -> (Vec<Buyer>, Vec<String>) {
    let seller = servers[0].member("seller").await;
    let inputs: Vec<_> = (0..IMAGES)
        .map(|number| json!({ "title": format!("Image {number}"), "forSale": true, "price": 3 }))
        .collect();
    let images = seller.put_up_all(&inputs).await;
    let mut buyers = Vec::new();
    for number in 0..BUYERS {
        let client = servers[number % 2].member(&format!("buyer{number}")).await;
        let id = client.id().await;
        buyers.push(Buyer { client, id });
    }
    (buyers, images)
}

struct Buyer {
    client: Client,
    id: String,
}

/// Buys each image once, and asks again with the same key until it is answered.
async fn buy_all(buyer: &Buyer, images: &[String], ledger: &Ledger) {
    for image in images {
        let key = format!("{}-{image}", buyer.id);
        let end = Instant::now() + PATIENCE;
        let sale = loop {
            let answer = buyer.client.buy_on(image, json!(null), json!(key)).await;
            if answer.body.get("errors").is_none() {
                break answer.data()["buyImage"]["id"].as_str().unwrap().to_owned();
            }
            assert_eq!(answer.code(), "UNAVAILABLE", "{}", answer.body);
            assert!(Instant::now() < end, "nothing is sold any more");
            ledger.lock().unwrap().unknown += 1;
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        let mut ledger = ledger.lock().unwrap();
        ledger.times.push(Instant::now());
        let earlier = ledger.sales.insert((buyer.id.clone(), image.clone()), sale);
        assert!(earlier.is_none());
    }
}

/// The command prints the new primary's port as its last line.
async fn promote(command: String, service: &Service) {
    let run = move || Command::new("sh").args(["-c", &command]).output().unwrap();
    let running = tokio::task::spawn_blocking(run);
    service.lead(None);
    let output = running.await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let port = said
        .lines()
        .last()
        .and_then(|line| line.trim().parse().ok());
    service.lead(Some(port.unwrap_or_else(|| panic!("no port in {said}"))));
}

/// Compares what was answered with what the new primary has.
async fn judge(url: &str, answered: &Answered, killed: Instant) {
    let mut primary = MySqlConnection::connect(url).await.unwrap();
    let sales =
        "SELECT CAST(buyer_id AS CHAR), CAST(product_id AS CHAR), CAST(id AS CHAR) FROM sales";
    let found: Vec<(String, String, String)> =
        sqlx::query_as(sales).fetch_all(&mut primary).await.unwrap();
    let mails = "SELECT COUNT(*) FROM outbox";
    let (waiting,): (i64,) = sqlx::query_as(mails).fetch_one(&mut primary).await.unwrap();
    let mut times = answered.times.clone();
    times.sort_unstable();
    let pause = times
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .max()
        .unwrap();
    let before = times.iter().filter(|time| **time < killed).count();
    println!(
        "sales answered: {} ({before} before the kill), sales found: {}, answers that left it open: {}, \
         seconds without a sale: {:.1}, jobs waiting: {waiting}",
        answered.sales.len(),
        found.len(),
        answered.unknown,
        pause.as_secs_f64(),
    );
    assert!(
        before > 0 && before < times.len(),
        "the kill fell between sales"
    );
    assert_eq!(found.len(), answered.sales.len());
    for (buyer, product, id) in found {
        assert_eq!(answered.sales.get(&(buyer, product)), Some(&id));
    }
}
