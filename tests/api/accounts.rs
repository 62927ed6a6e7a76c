//! Accounts from outside: registration, confirmation, signing in, passwords, profiles.

mod aliases;
mod confirm;
mod mails;
mod passwords;
mod profile;
mod register;
mod resets;
mod sign_in;
mod users;

use std::sync::Arc;

use reqwest::header::HeaderMap;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Answer, Server};

/// Another password that is good enough.
const OTHER: &str = "seven wet otters under the pier";

/// An answer without what differs from request to request.
fn plain(answer: &Answer) -> (u16, Vec<(String, String)>, Value) {
    let headers = lines(&answer.headers);
    (answer.status.as_u16(), headers, answer.body.clone())
}

fn lines(headers: &HeaderMap) -> Vec<(String, String)> {
    let all = headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let mut all: Vec<_> = all
        .filter(|(name, _)| name != "date" && name != "x-request-id")
        .collect();
    all.sort();
    all
}

/// A server that sends no mail, so that nothing but requests executes statements; on the data of one where
/// `anna` and `bert` have confirmed their addresses and `nora` has not.
async fn quiet_server() -> Server {
    let data = Arc::new(TempDir::new().unwrap());
    let server = Server::on(data.clone(), &[]).await;
    server.registered("anna").await;
    server.registered("bert").await;
    let nora = server.guest().register("nora", "nora@example.com").await;
    nora.data();
    server.wait_for_outbox().await;
    server.kill();
    let quiet = [
        ("WORKER", "off"),
        ("MAILS_PER_IP", "1000"),
        ("MAILS_PER_ADDRESS", "1000"),
    ];
    Server::on(data, &quiet).await
}

/// The statements that some requests execute.
async fn cost<F: Future<Output = Answer>>(server: &Server, request: F) -> (u64, Answer) {
    let before = server.statements().await;
    let answer = request.await;
    (server.statements().await - before, answer)
}
