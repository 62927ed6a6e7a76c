//! Limits count calls, not documents: what stands several times in one document is charged as often.

use serde_json::Value;

use super::OTHER;
use crate::support::{Client, PASSWORD, Server};

const ANNA: &str = "anna@example.com";

/// So many calls of a mutation under aliases, in one document.
async fn at_once(client: &Client, times: usize, call: &str) -> Value {
    let one = |n: usize| format!("a{n}: {call} ");
    let calls: String = (0..times).map(one).collect();
    client
        .gql(&format!("mutation {{ {calls} }}"), Value::Null)
        .await
        .body
}

fn sign_in(email: &str, password: &str) -> String {
    format!("login(input: {{ email: \"{email}\", password: \"{password}\" }})")
}

fn codes(body: &Value) -> Vec<&str> {
    let errors = body["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|error| error["extensions"]["code"].as_str().unwrap())
        .collect()
}

/// G4 L4
#[tokio::test]
async fn five_wrong_passwords_in_one_document_are_five_failures_of_the_account() {
    let server = Server::with(&[("FAILED_SIGN_INS_PER_ACCOUNT", "3")]).await;
    server.registered("anna").await;
    let guest = server.guest();
    let tried = at_once(&guest, 5, &sign_in(ANNA, OTHER)).await;
    let told = codes(&tried);
    let refused = told.iter().filter(|code| **code == "RATE_LIMITED").count();
    assert_eq!((told.len(), refused), (5, 2), "{tried}");
    assert_eq!(guest.sign_in(ANNA, PASSWORD).await.code(), "RATE_LIMITED");
}

/// G4 L4
#[tokio::test]
async fn five_accounts_in_one_document_are_five_failures_of_the_address() {
    let server = Server::with(&[("FAILED_SIGN_INS_PER_IP", "5")]).await;
    server.registered("anna").await;
    let guest = server.guest();
    let one = |n: usize| format!("a{n}: {} ", sign_in(&format!("a{n}@example.com"), OTHER));
    let calls: String = (0..5).map(one).collect();
    guest
        .gql(&format!("mutation {{ {calls} }}"), Value::Null)
        .await
        .code();
    guest.header("x-forwarded-for", "198.51.100.7, 203.0.113.9");
    guest.header("forwarded", "for=198.51.100.8");
    guest.header("x-real-ip", "198.51.100.9");
    assert_eq!(guest.sign_in(ANNA, PASSWORD).await.code(), "RATE_LIMITED");
}

/// G4 M6
#[tokio::test]
async fn five_requests_for_a_link_in_one_document_are_three_mails() {
    let server = Server::start().await;
    let anna = server.registered("anna").await;
    let answer = at_once(
        &anna,
        5,
        &format!("requestPasswordReset(email: \"{ANNA}\")"),
    )
    .await;
    assert_eq!(answer["data"]["a4"], true, "{answer}");
    server.wait_for_outbox().await;
    assert_eq!(
        anna.mails(ANNA).await.len(),
        4,
        "the confirmation and three resets"
    );
}
