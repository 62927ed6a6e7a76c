//! Objects in a bucket, against a stand-in that fails as it is told to, and against an emulator where there is one.

mod emulator;
mod faults;
mod links;
mod sign_in;
mod uploads;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use shotify::adapters::clock::SystemClock;
use shotify::adapters::objects::gcs::{Deadlines, GcsConfig, GcsError, GcsObjects, Pace};
use shotify::ports::objects::{ObjectError, ObjectStore as _};

use super::fake_gcs::{BUCKET, Call, FakeGcs, Wrong, signed};
use super::objects;

const KEY: &str = "ab12/o.jpg";
const BYTES: &[u8] = b"the bytes of a picture";
/// As long as a try may take; the whole of a call is then over in a second.
const SHORT: Duration = Duration::from_millis(300);

/// Tries follow each other at once and are given up soon.
fn config(endpoint: &str) -> GcsConfig {
    GcsConfig {
        endpoint: Some(endpoint.to_owned()),
        pace: Pace {
            pause: Duration::from_millis(1),
            ..Pace::default()
        },
        deadlines: Deadlines {
            answer: SHORT,
            upload: SHORT,
            chunk: SHORT,
        },
        ..GcsConfig::new(BUCKET)
    }
}

fn open(config: GcsConfig) -> Result<GcsObjects, GcsError> {
    // As `main` does first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    GcsObjects::new(config, Arc::new(SystemClock))
}

fn bucket(fake: &FakeGcs) -> GcsObjects {
    open(config(&fake.endpoint)).unwrap()
}

/// A stand-in that holds one object, and the way to it.
async fn stocked() -> (FakeGcs, GcsObjects) {
    let fake = FakeGcs::start().await;
    let bucket = bucket(&fake);
    put(&bucket, KEY, BYTES).await.unwrap();
    (fake, bucket)
}

async fn put(bucket: &GcsObjects, key: &str, bytes: &'static [u8]) -> Result<(), ObjectError> {
    bucket
        .put(key, Bytes::from_static(bytes), "image/jpeg")
        .await
}

/// What arrives, and how it ends.
async fn received(bucket: &GcsObjects, key: &str) -> (Vec<u8>, Result<(), ObjectError>) {
    let mut chunks = match bucket.get(key, None).await {
        Ok(object) => object.bytes,
        Err(error) => return (Vec::new(), Err(error)),
    };
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        match chunk {
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(error) => return (bytes, Err(error)),
        }
    }
    (bytes, Ok(()))
}

#[track_caller]
fn unavailable(error: &ObjectError) -> &str {
    match error {
        ObjectError::Unavailable(reason) => reason,
        error => panic!("not for the moment alone: {error}"),
    }
}

#[track_caller]
fn failed(error: &ObjectError) -> &str {
    match error {
        ObjectError::Failed(reason) => reason,
        error => panic!("not for good: {error}"),
    }
}

#[tokio::test]
async fn the_contract_holds() {
    let fake = FakeGcs::start().await;
    let config = GcsConfig {
        deadlines: Deadlines::default(),
        ..config(&fake.endpoint)
    };
    objects::holds(&open(config).unwrap()).await;
}
