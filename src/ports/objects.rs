//! Bytes under keys.

use std::ops::Range;
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures::Stream;
use thiserror::Error;

/// Why an object could not be stored, read or deleted.
#[derive(Debug, Error)]
pub enum ObjectError {
    /// There is none under this key.
    #[error("no such object")]
    Missing,
    /// The store does not answer, or not in time.
    #[error("the object store is away: {0}")]
    Unavailable(String),
    /// Bytes were damaged on the way, or anything unexpected.
    #[error("object store: {0}")]
    Failed(String),
}

/// A stream of an object's bytes.
pub type ObjectStream = Pin<Box<dyn Stream<Item = Result<Bytes, ObjectError>> + Send>>;

/// An object opened for reading.
pub struct Object {
    /// Size of the whole object in bytes, whatever range was asked for.
    pub size: u64,
    /// The bytes asked for.
    pub bytes: ObjectStream,
}

/// Keeps objects. Keys are made by the server: path segments of lower-case hex and ASCII words, joined by `/`.
///
/// `put` MUST be all or nothing: a reader sees the whole object or none, also after a crash. `delete` MUST
/// succeed for a key that holds nothing. No operation may wait without bound.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait ObjectStore: Send + Sync {
    /// Stores `bytes` under `key`, to be read back as `media_type`.
    async fn put(
        &self,
        key: &str,
        bytes: Bytes,
        media_type: &'static str,
    ) -> Result<(), ObjectError>;
    /// Size in bytes.
    async fn size(&self, key: &str) -> Result<u64, ObjectError>;
    /// Opens the bytes of `range` (of all, without one); a range beyond the end is cut there.
    async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<Object, ObjectError>;
    /// Removes the object, if any.
    async fn delete(&self, key: &str) -> Result<(), ObjectError>;
}
