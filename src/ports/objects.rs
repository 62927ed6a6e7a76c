//! Bytes under keys.

use std::ops::Range;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::Stream;
use thiserror::Error;
use url::Url;

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

/// What tells whether two objects have the same bytes, accidents assumed and no malice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ObjectFacts {
    /// Size in bytes.
    pub size: u64,
    /// CRC32C (Castagnoli) of the bytes.
    pub crc32c: u32,
}

impl ObjectFacts {
    /// Of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut facts = Self::default();
        facts.update(bytes);
        facts
    }

    /// Takes in what comes behind the bytes so far.
    pub fn update(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.crc32c = crc32c::crc32c_append(self.crc32c, bytes);
    }
}

/// Keeps objects. Keys are made by the server: path segments of lower-case hex and ASCII words, joined by `/`.
///
/// `put` MUST be all or nothing: a reader sees the whole object or none, also after a crash. `delete` MUST
/// succeed for a key that holds nothing. No operation may wait without bound. A store that knows a checksum MUST compare
/// it when a whole object is read, and MUST hold the last bytes back until it has: who is sent a damaged object sees
/// that it ends too early.
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
    /// Size and checksum of what is kept, which MUST be found out from the bytes as they are in the store.
    async fn facts(&self, key: &str) -> Result<ObjectFacts, ObjectError>;
    /// Opens the bytes of `range` (of all, without one); a range beyond the end is cut there.
    async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<Object, ObjectError>;
    /// A URL under which anybody may read the object as `media_type` for this long; none where the store gives none out.
    /// The caller MUST have judged access. An object that is not there may get one, too.
    async fn link(
        &self,
        key: &str,
        media_type: &'static str,
        valid_for: Duration,
    ) -> Result<Option<Url>, ObjectError> {
        let _ = (key, media_type, valid_for);
        Ok(None)
    }
    /// Removes the object, if any.
    async fn delete(&self, key: &str) -> Result<(), ObjectError>;
}
