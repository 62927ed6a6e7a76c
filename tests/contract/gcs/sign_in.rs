//! Who is spoken to, with which credentials, and which bucket.

use serde_json::json;
use shotify::adapters::objects::gcs::{GcsConfig, GcsError, GcsObjects};
use shotify::ports::objects::ObjectStore as _;

use super::{
    BYTES, Call, FakeGcs, KEY, bucket, config, failed, objects, open, put, received, signed,
};

/// With the tests' account, whose key stays in the folder.
fn with_account(endpoint: Option<&str>) -> (tempfile::TempDir, GcsConfig) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.json");
    std::fs::write(&file, signed::ACCOUNT).unwrap();
    let mut config = config(endpoint.unwrap_or_default());
    config.endpoint = endpoint.map(str::to_owned);
    config.credentials = Some(file);
    (folder, config)
}

/// A bucket of the tests' account.
pub fn as_account(endpoint: Option<&str>) -> GcsObjects {
    open(with_account(endpoint).1).unwrap()
}

/// On a loopback address nobody listens.
#[tokio::test]
async fn every_request_is_signed_in_by_the_account_whose_key_is_given() {
    let fake = FakeGcs::signed_in().await;
    let bucket = as_account(Some(&fake.endpoint));
    objects::holds(&bucket).await;
    assert!(fake.calls(Call::Read) > 10);
    let anybody = super::bucket(&fake);
    let error = put(&anybody, KEY, BYTES).await.unwrap_err();
    assert!(failed(&error).contains("401"), "{error}");
}

#[tokio::test]
async fn an_emulator_is_spoken_to_without_credentials() {
    let fake = FakeGcs::start().await;
    put(&bucket(&fake), KEY, BYTES).await.unwrap();
    assert_eq!(fake.calls(Call::Upload), 1);
    // Elsewhere than on this machine the key is not even read.
    let mut far = config("http://gcs.invalid");
    far.credentials = Some("/nowhere/key.json".into());
    assert!(open(far).is_ok());
}

#[tokio::test]
async fn opening_speaks_to_nobody() {
    assert!(open(config("http://127.0.0.1:1")).is_ok());
    let (_folder, mut config) = with_account(Some("http://127.0.0.1:1"));
    assert!(open(config.clone()).is_ok());
    config.endpoint = None;
    assert!(open(config).is_ok());
}

#[tokio::test]
async fn an_endpoint_that_is_none_is_refused() {
    for bad in ["gcs", "ftp://gcs", "http://ann:hunter2@gcs"] {
        let error = open(config(bad)).err().unwrap();
        assert!(matches!(error, GcsError::Endpoint(_)), "{bad}");
        assert!(!error.to_string().contains("hunter2"));
    }
}

#[tokio::test]
async fn a_key_file_that_is_none_is_told_without_its_content() {
    let (folder, config) = with_account(None);
    let half = json!({ "type": "service_account", "private_key": "hunter2" }).to_string();
    for text in ["hunter2", &half] {
        std::fs::write(folder.path().join("key.json"), text).unwrap();
        let error = open(config.clone()).err().unwrap();
        assert!(matches!(error, GcsError::Credentials(_)), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    drop(folder);
    assert!(matches!(open(config), Err(GcsError::Credentials(_))));
}

/// Neither is a missing bucket an empty one, nor is what is in it deleted.
pub async fn nothing_works(bucket: &GcsObjects) {
    for error in [
        put(bucket, KEY, BYTES).await.unwrap_err(),
        received(bucket, KEY).await.1.unwrap_err(),
        bucket.size(KEY).await.unwrap_err(),
        bucket.facts(KEY).await.unwrap_err(),
        bucket.delete(KEY).await.unwrap_err(),
    ] {
        assert!(failed(&error).contains("no such bucket"), "{error}");
    }
    let error = bucket.check().await.unwrap_err();
    assert!(error.to_string().contains("no such bucket"), "{error}");
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_no_empty_one() {
    let fake = FakeGcs::start().await;
    let mut config = config(&fake.endpoint);
    config.bucket = "others".to_owned();
    nothing_works(&open(config).unwrap()).await;
}

#[tokio::test]
async fn a_check_says_which_permission_is_lacking() {
    let fake = FakeGcs::signed_in().await;
    let bucket = as_account(Some(&fake.endpoint));
    bucket.check().await.unwrap();
    fake.allow(&["storage.objects.get", "storage.objects.list"]);
    let error = bucket.check().await.unwrap_err().to_string();
    let lacking = "lacks storage.objects.create, storage.objects.delete on";
    assert!(error.contains(lacking), "{error}");
    fake.allow(&[]);
    assert!(bucket.check().await.is_err());
}
