//! The mail server is away, busy, or refuses.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::mime::Mime;
use super::register;
use super::smtp_fake::{Arrived, Closed, Rules, Say, Sink, Stage};
use crate::support::{Client, Server};

/// Far more than an answer takes, and far less than a try to send a mail may.
const FAST: Duration = Duration::from_secs(5);

pub async fn wait_for_rows(server: &Server, sql: &str, expected: &str) {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let rows = server.rows(sql).await;
        if rows == [expected] {
            return;
        }
        assert!(Instant::now() < end, "{rows:?}, not {expected}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn register_fast(guest: &Client, names: &[&str]) {
    for name in names {
        let began = Instant::now();
        register(guest, name).await;
        guest.gql("{ me { id } }", Value::Null).await.data();
        assert!(began.elapsed() < FAST, "{:?}", began.elapsed());
    }
}

#[track_caller]
fn assert_once_each(arrived: &[Arrived], names: &[&str]) {
    let ids: BTreeSet<String> = arrived
        .iter()
        .map(|mail| Mime::parse(&mail.raw).header("Message-ID").to_owned())
        .collect();
    let mut to: Vec<&str> = arrived.iter().map(|m| m.recipients[0].as_str()).collect();
    to.sort_unstable();
    let names: Vec<String> = names.iter().map(|n| format!("{n}@example.com")).collect();
    assert_eq!(to, names);
    assert_eq!(ids.len(), names.len());
}

/// M2 M3
#[tokio::test]
async fn while_the_mail_server_is_away_the_api_is_fast_and_every_mail_arrives_once_afterwards() {
    let closed = Closed::new();
    let server = Server::with(&[("SMTP_URL", &closed.url())]).await;
    let guest = server.guest();
    let names = ["anna", "bert", "cleo", "dora"];
    register_fast(&guest, &names).await;
    let tried = "SELECT CAST(COUNT(*) AS TEXT) FROM outbox WHERE attempts > 0 AND NOT dead";
    wait_for_rows(&server, tried, "4").await;
    let sink = closed.open(Rules::default());
    sink.wait_for(4).await;
    server.wait_for_outbox().await;
    assert_once_each(&sink.arrived(), &names);
    // It goes again, with a connection that is kept.
    let closed = sink.stop().await;
    register_fast(&guest, &["emil"]).await;
    wait_for_rows(&server, tried, "1").await;
    let sink = closed.open(Rules::default());
    sink.wait_for(1).await;
    server.wait_for_outbox().await;
    assert_once_each(&sink.arrived(), &["emil"]);
}

/// M2
#[tokio::test]
async fn a_mail_server_that_says_nothing_keeps_nobody_waiting() {
    let sink = Sink::saying(vec![Say::Hang(Stage::Connect)]);
    let server = Server::with(&[("SMTP_URL", &sink.url())]).await;
    let guest = server.guest();
    register_fast(&guest, &["anna", "bert", "cleo"]).await;
    let end = Instant::now() + Duration::from_secs(10);
    while sink.count("CONNECT") == 0 {
        assert!(Instant::now() < end, "somebody tries");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    register_fast(&guest, &["dora"]).await;
}

/// M2
#[tokio::test]
async fn what_passes_is_tried_again_and_what_is_refused_becomes_a_dead_letter() {
    let sink = Sink::saying(vec![
        Say::Reply(Stage::Recipient, "451 4.7.1 Greylisted"),
        Say::Reply(Stage::Content, "421 4.3.2 Closing"),
        Say::Take,
        Say::Reply(Stage::Recipient, "550 5.1.1 <bert@example.com>: nobody"),
        Say::Take,
    ]);
    let server = Server::with(&[("SMTP_URL", &sink.url())]).await;
    let guest = server.guest();
    register(&guest, "anna").await;
    sink.wait_for(1).await;
    server.wait_for_outbox().await;
    register(&guest, "bert").await;
    wait_for_rows(
        &server,
        "SELECT last_error FROM outbox WHERE dead",
        "the mail server answered 550 at the recipient: 5.1.1 <bert@example.com>: nobody",
    )
    .await;
    register(&guest, "cleo").await;
    sink.wait_for(2).await;
    assert_once_each(&sink.arrived(), &["anna", "cleo"]);
    assert_eq!(sink.count("MAIL"), 5);
}
