//! The same contract against the emulator of `TEST_GCS_URL`.

use std::hash::{BuildHasher as _, RandomState};

use serde_json::json;
use shotify::adapters::objects::gcs::GcsConfig;

use super::{objects, open};

/// The emulator's address and a new bucket there.
async fn new_bucket() -> Option<GcsConfig> {
    let endpoint = std::env::var("TEST_GCS_URL").ok()?;
    let endpoint = endpoint.trim_end_matches('/').to_owned();
    let name = format!("contract-{:016x}", RandomState::new().hash_one("bucket"));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{endpoint}/storage/v1/b?project=test");
    let made = client.post(url).json(&json!({ "name": name })).send().await;
    assert!(made.unwrap().status().is_success());
    Some(GcsConfig {
        endpoint: Some(endpoint),
        ..GcsConfig::new(name)
    })
}

#[tokio::test]
async fn the_contract_holds() {
    let Some(config) = new_bucket().await else {
        println!("TEST_GCS_URL is not set: left out");
        return;
    };
    let bucket = open(config.clone()).unwrap();
    bucket.check().await.unwrap();
    objects::holds(&bucket).await;
    let nowhere = GcsConfig {
        bucket: "no-such-bucket".to_owned(),
        ..config
    };
    super::sign_in::nothing_works(&open(nowhere).unwrap()).await;
}
