//! The same marketplace on `MySQL` or `MariaDB`: where `TEST_MYSQL_URL` is set.

mod failover;
mod replicas;
mod schema;
pub mod service;
mod silence;

use std::process::Stdio;
use std::sync::Arc;

use futures::future::join_all;
use serde_json::json;
use tempfile::TempDir;

use crate::corpus;
use crate::journey::journey;
use crate::mysql_database::EmptyDatabase;
use crate::sales::offer;
use crate::sales::state_races::race;
use crate::support::{Server, command};

pub async fn on_mysql(body: impl AsyncFnOnce(&str)) {
    let Ok(server) = std::env::var("TEST_MYSQL_URL") else {
        println!("TEST_MYSQL_URL is not set: left out");
        return;
    };
    let database = EmptyDatabase::create(server.parse().unwrap()).await;
    body(&database.url()).await;
    database.drop().await;
}

fn run(data: &TempDir, url: &str, command_name: &str) -> std::process::Output {
    let settings = [("DATABASE_URL", url)];
    let mut program = command(data, &settings);
    program
        .arg(command_name)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .unwrap()
}

/// The folder of a server whose database is brought up to date.
pub fn migrated(url: &str) -> Arc<TempDir> {
    let data = Arc::new(TempDir::new().unwrap());
    migrate(&data, url);
    data
}

/// Makes the schema.
pub fn migrate(data: &TempDir, url: &str) {
    assert!(run(data, url, "migrate").status.success());
}

/// F4
#[tokio::test]
async fn a_server_refuses_a_schema_that_nobody_made_and_serves_the_one_that_migrate_makes() {
    on_mysql(async |url| {
        let data = Arc::new(TempDir::new().unwrap());
        let refused = run(&data, url, "serve");
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(
            !refused.status.success() && said.contains("shotify migrate"),
            "{said}"
        );
        assert!(run(&data, url, "migrate").status.success());
        assert!(
            run(&data, url, "migrate").status.success(),
            "twice does no harm"
        );
        let server = Server::on(data, &[("DATABASE_URL", url)]).await;
        journey(&server).await;
    })
    .await;
}

/// C1
#[tokio::test]
async fn racing_buyers_get_one_sale_each() {
    on_mysql(async |url| {
        let server = Server::on(migrated(url), &[("DATABASE_URL", url)]).await;
        let seller = server.member("seller").await;
        let input = json!({ "title": "One", "forSale": true, "price": 3 });
        let id = seller.put_up(input, corpus::png(8, 8)).await;
        let (anna, bert) = (server.member("anna").await, server.member("bert").await);
        let buyers = [&anna, &bert].into_iter().cycle().take(40);
        let answers = join_all(buyers.map(|buyer| buyer.buy(&id))).await;
        let mut sales: Vec<_> = answers
            .iter()
            .map(|a| a.data()["buyImage"]["id"].to_string())
            .collect();
        sales.sort();
        sales.dedup();
        assert_eq!(sales.len(), 2);
    })
    .await;
}

/// C4
#[tokio::test]
async fn no_sale_comes_after_an_image_was_taken_away() {
    on_mysql(async |url| {
        let server = Server::on(migrated(url), &[("DATABASE_URL", url)]).await;
        let seller = server.member("seller").await;
        let buyers = ["anna", "bert", "cleo"].map(|name| server.member(name));
        let buyers = join_all(buyers).await;
        for (change, refusal) in [
            (json!(null), "NOT_FOUND"),
            (json!({ "archived": true }), "NOT_FOUND"),
            (json!({ "private": true }), "NOT_FOUND"),
            (json!({ "forSale": false }), "NOT_FOR_SALE"),
        ] {
            for _ in 0..3 {
                let id = offer(&seller, "Wanted", 1.0).await;
                race(&seller, &buyers, &id, &change, &[refusal]).await;
            }
        }
    })
    .await;
}
