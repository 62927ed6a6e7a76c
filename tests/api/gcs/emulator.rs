//! The same against the emulator.

use std::hash::{BuildHasher as _, RandomState};

use serde_json::{Value, json};

use super::bytes_are_kept_served_and_deleted;
use crate::support::Server;

/// K1, K3
#[tokio::test]
async fn an_emulator_keeps_what_folders_keep() {
    let Ok(endpoint) = std::env::var("TEST_GCS_URL") else {
        println!("TEST_GCS_URL is not set: left out");
        return;
    };
    let endpoint = endpoint.trim_end_matches('/');
    let bucket = format!("api-{:016x}", RandomState::new().hash_one("bucket"));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{endpoint}/storage/v1/b?project=test");
    let made = client.post(url).json(&json!({ "name": bucket }));
    assert!(made.send().await.unwrap().status().is_success());
    let settings = [("GCS_BUCKET", bucket.as_str()), ("GCS_ENDPOINT", endpoint)];
    let server = Server::with(&settings).await;
    let url = format!("{endpoint}/storage/v1/b/{bucket}/o");
    let count = async || {
        let list: Value = client.get(&url).send().await.unwrap().json().await.unwrap();
        list["items"].as_array().map_or(0, Vec::len)
    };
    bytes_are_kept_served_and_deleted(&server, count).await;
}
