//! Objects in a bucket of Google Cloud Storage.
//!
//! Google's own client uploads, reads and signs links ([`upload`], [`read`], [`sign`]); sizes, checksums and deletions go
//! by the JSON API ([`json`]), for the client does these over gRPC, which no emulator speaks. Both sign in as one account
//! ([`access`]). Every try has a deadline, and tries are few; what the answers mean is decided in [`faults`].
//!
//! An upload carries its CRC32C, by which Google refuses damaged bytes, and what Google says it kept is compared. A whole
//! object is compared when it is read. Of a range no checksum exists: TLS guards it on the way.

mod access;
mod client;
mod faults;
mod json;
mod read;
mod sign;
mod upload;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use google_cloud_auth::signer::Signer;
use thiserror::Error;
use url::Url;

use super::key;
pub use crate::adapters::google::Pace;
use crate::adapters::google::{Fault, Web};
use crate::adapters::web::{self, Place};
use crate::ports::clock::Clock;
use crate::ports::objects::{Object, ObjectError, ObjectFacts, ObjectStore};

use access::Access;
use client::Client;

/// Its name in sentences.
const SERVICE: &str = "Google Cloud Storage";
/// Its usual place.
const USUAL: &str = "https://storage.googleapis.com";

/// How long single tries may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Of a small request, and of the beginning of a read.
    pub answer: Duration,
    /// Of an upload of nothing; each MiB may take a second more.
    pub upload: Duration,
    /// Longest wait for the next bytes of a read.
    pub chunk: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(8),
            upload: Duration::from_secs(8),
            chunk: Duration::from_secs(8),
        }
    }
}

/// Where the bucket is and how it is spoken to.
#[derive(Debug, Clone)]
pub struct GcsConfig {
    /// Its name.
    pub bucket: String,
    /// Where Google Cloud Storage answers, if not at its usual place. With plain http it is an emulator: nothing is
    /// signed in there, unless it is on a loopback address and `credentials` are given.
    pub endpoint: Option<String>,
    /// The key file of a service account, or another file of credentials as Google writes them. Without it the
    /// application default credentials (gcloud's file, or the machine's own account in Google's cloud).
    pub credentials: Option<PathBuf>,
    /// Tries and pauses; `whole` bounds a small request.
    pub pace: Pace,
    /// Time-outs of single tries.
    pub deadlines: Deadlines,
}

impl GcsConfig {
    /// A bucket at the usual place with the usual patience.
    #[must_use]
    pub fn new(bucket: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            endpoint: None,
            credentials: None,
            pace: Pace {
                whole: Duration::from_secs(20),
                ..Pace::default()
            },
            deadlines: Deadlines::default(),
        }
    }
}

/// Why Google Cloud Storage cannot be used. The sentence is for the operator and holds no secret.
#[derive(Debug, Error)]
pub enum GcsError {
    /// The endpoint is none.
    #[error("the endpoint of Google Cloud Storage {0}")]
    Endpoint(&'static str),
    /// The credentials are missing or no credentials.
    #[error("the credentials for Google Cloud Storage: {0}")]
    Credentials(String),
    /// HTTP or TLS cannot be used at all.
    #[error("a client for Google Cloud Storage: {0}")]
    Client(String),
    /// The bucket is not there, or not ours to use.
    #[error("{0}")]
    Bucket(String),
}

/// An object store in a bucket.
pub struct GcsObjects {
    bucket: Arc<Bucket>,
}

/// The bucket and the ways to it. Reads hold on to it while they last.
struct Bucket {
    name: String,
    place: Place,
    client: Client,
    web: Web,
    signer: Option<Signer>,
    signed_in: bool,
    pace: Pace,
    deadlines: Deadlines,
}

impl GcsObjects {
    /// Reads the credentials and speaks to nobody: the bucket may be away. MUST be called inside a Tokio runtime, where
    /// tokens are renewed in the background, and after rustls' provider was installed.
    pub fn new(config: GcsConfig, clock: Arc<dyn Clock>) -> Result<Self, GcsError> {
        let place = Place::parse(config.endpoint.as_deref(), USUAL).map_err(GcsError::Endpoint)?;
        web::can_encrypt().map_err(GcsError::Client)?;
        let access = Access::open(&place, config.credentials.as_deref())?;
        let signed_in = access.tokens.is_some();
        let web = Web::new(SERVICE, &place, &config.pace, access.tokens, clock);
        let bucket = Bucket {
            web: web.map_err(GcsError::Client)?,
            client: Client::new(&place, access.credentials),
            signer: access.signer,
            signed_in,
            place,
            name: config.bucket,
            pace: config.pace,
            deadlines: config.deadlines,
        };
        Ok(Self {
            bucket: Arc::new(bucket),
        })
    }

    /// Whether the bucket is there and all that a server does with it is allowed. Changes nothing.
    pub async fn check(&self) -> Result<(), GcsError> {
        let checked = self.bucket.check().await;
        checked.map_err(|fault| GcsError::Bucket(fault.reason()))
    }
}

impl Bucket {
    /// As Google's client names it.
    fn path(&self) -> String {
        format!("projects/_/buckets/{}", self.name)
    }

    /// Makes a call, and again while that may help.
    async fn often<T, F>(&self, call: impl FnMut() -> F + Send) -> Result<T, Fault>
    where
        F: Future<Output = Result<T, Fault>> + Send,
    {
        self.pace.often(SERVICE, self.pace.whole, call).await
    }
}

#[async_trait]
impl ObjectStore for GcsObjects {
    async fn put(
        &self,
        key: &str,
        bytes: Bytes,
        media_type: &'static str,
    ) -> Result<(), ObjectError> {
        key::check(key)?;
        self.bucket.upload(key, bytes, media_type).await
    }

    async fn size(&self, key: &str) -> Result<u64, ObjectError> {
        Ok(self.facts(key).await?.size)
    }

    async fn facts(&self, key: &str) -> Result<ObjectFacts, ObjectError> {
        key::check(key)?;
        Ok(self.bucket.kept(key).await?.facts)
    }

    async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<Object, ObjectError> {
        key::check(key)?;
        self.bucket.read(key, range).await
    }

    async fn link(
        &self,
        key: &str,
        media_type: &'static str,
        valid_for: Duration,
    ) -> Result<Option<Url>, ObjectError> {
        key::check(key)?;
        self.bucket.link(key, media_type, valid_for).await
    }

    async fn delete(&self, key: &str) -> Result<(), ObjectError> {
        key::check(key)?;
        match self.bucket.remove(key, None).await {
            Err(ObjectError::Missing) => Ok(()),
            done => done,
        }
    }
}
