//! What the log and the metrics say of mails: nothing of what is in them, and of whom they go to.

use super::mime::Mime;
use super::sendgrid_fake::{Fake, Say as SendGrid};
use super::smtp_fake::{Rules, Say, Sink, Stage};
use super::{register, token};
use crate::support::Server;

/// The libraries are asked for all that they know.
const FILTER: &str =
    "debug,shotify=trace,lettre=trace,reqwest=trace,hyper=trace,hyper_util=trace,rustls=trace";

/// Everything that was logged or can be counted, at the end.
async fn said(mut server: Server) -> String {
    let metrics = reqwest::get(format!("{}/metrics", server.metrics)).await;
    let metrics = metrics.unwrap().text().await.unwrap();
    server.terminate();
    assert_eq!(server.ended().await.code(), Some(0));
    format!("{}\n{metrics}", server.log().join("\n"))
}

#[track_caller]
fn assert_absent(said: &str, secrets: &[&str]) {
    assert!(said.contains("is given up") && said.contains("tried again later"));
    for secret in secrets {
        let found = said.lines().find(|line| line.contains(secret));
        assert!(found.is_none(), "{secret}: {found:?}");
    }
}

/// N1
#[tokio::test]
async fn smtp_tells_the_log_neither_passwords_nor_mails() {
    let sink = Sink::start(Rules {
        account: Some(("canaryuser", "canaryword")),
        answers: vec![
            Say::Reply(Stage::Sender, "451 Not now"),
            Say::Take,
            Say::Reply(Stage::Recipient, "550 <canarymail2@example.com>: nobody"),
        ],
        ..Rules::default()
    });
    let url = sink.url().replace("://", "://canaryuser:canaryword@");
    let server = Server::with(&[("SMTP_URL", &url), ("RUST_LOG", FILTER)]).await;
    let guest = server.guest();
    register(&guest, "canarymail1").await;
    let mime = Mime::parse(&sink.wait_for(1).await[0].raw);
    let token = token(&mime.text, "/validate?token=");
    server.wait_for_outbox().await;
    register(&guest, "canarymail2").await;
    wait_until_dead(&server).await;
    let secrets = ["canary", &token, "Confirm your address", "Y2FuYXJ5"];
    assert_absent(&said(server).await, &secrets);
}

/// N1
#[tokio::test]
async fn sendgrid_tells_the_log_neither_keys_nor_mails() {
    let fake = Fake::start(vec![
        SendGrid::Errors(500, vec!["Oops"]),
        SendGrid::Take,
        SendGrid::Errors(400, vec!["canarymail2@example.com is bad"]),
    ])
    .await;
    let key = super::sendgrid_fake::KEY;
    let settings = [
        ("SENDGRID_API_KEY", key),
        ("SENDGRID_ENDPOINT", &fake.endpoint),
        ("RUST_LOG", FILTER),
    ];
    let server = Server::with(&settings).await;
    let guest = server.guest();
    register(&guest, "canarymail1").await;
    let taken = fake.wait_for(1).await;
    let text = taken[0].body["content"][0]["value"].as_str().unwrap();
    let token = token(text, "/validate?token=");
    server.wait_for_outbox().await;
    register(&guest, "canarymail2").await;
    wait_until_dead(&server).await;
    let secrets = ["canary", &token, "Confirm your address", key];
    assert_absent(&said(server).await, &secrets);
}

async fn wait_until_dead(server: &Server) {
    let dead = "SELECT CAST(COUNT(*) AS TEXT) FROM outbox WHERE dead";
    super::outages::wait_for_rows(server, dead, "1").await;
}
