//! Automatic persisted queries: a client sends the hash of a document it sent once before.

use std::sync::Arc;

use moka::sync::Cache;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::refusal::Refusal;
use crate::graphql::codes::Code;

/// Where documents are kept by their hash. It may forget any of them at any time.
pub trait PersistedQueries: Send + Sync + 'static {
    /// The document with this hash.
    fn get(&self, hash: &str) -> Option<Arc<str>>;
    /// Keeps a document; the hash is its SHA-256 in lower-case hexadecimal digits.
    fn put(&self, hash: &str, document: &str);
}

/// In memory, bounded in bytes; the rarely used go first.
pub struct MemoryQueries(Cache<String, Arc<str>>);

/// What an entry costs beside its document.
const ENTRY_BYTES: usize = 256;

impl MemoryQueries {
    /// At most about this many bytes.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let weigher = |_: &String, document: &Arc<str>| {
            u32::try_from(document.len() + ENTRY_BYTES).unwrap_or(u32::MAX)
        };
        Self(
            Cache::builder()
                .max_capacity(bytes)
                .weigher(weigher)
                .build(),
        )
    }
}

impl Default for MemoryQueries {
    fn default() -> Self {
        Self::new(4 * 1024 * 1024)
    }
}

impl PersistedQueries for MemoryQueries {
    fn get(&self, hash: &str) -> Option<Arc<str>> {
        self.0.get(hash)
    }

    fn put(&self, hash: &str, document: &str) {
        self.0.insert(hash.to_owned(), document.into());
    }
}

/// A document and, where it is to be kept, its hash.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) document: String,
    pub(super) keep_as: Option<String>,
}

/// The document of a request: sent along, or known by its hash.
pub(super) fn find(
    query: Option<String>,
    extensions: &mut Map<String, Value>,
    known: &dyn PersistedQueries,
) -> Result<Found, Refusal> {
    let hash = hash_of(extensions.remove("persistedQuery"))?;
    match (query.filter(|query| !query.is_empty()), hash) {
        (Some(document), None) => Ok(Found {
            document,
            keep_as: None,
        }),
        (Some(document), Some(hash)) if hash == hex::encode(Sha256::digest(&document)) => {
            Ok(Found {
                document,
                keep_as: Some(hash),
            })
        }
        (Some(_), Some(_)) => {
            let message = "The hash of the persisted query is not that of the document.";
            Err(Refusal::input(message).at("extensions.persistedQuery.sha256Hash"))
        }
        (None, Some(hash)) => match known.get(&hash) {
            Some(document) => Ok(Found {
                document: document.to_string(),
                keep_as: None,
            }),
            // Older clients look for this text, not for the code.
            None => Err(Refusal::new(
                Code::PersistedQueryNotFound,
                "PersistedQueryNotFound",
            )),
        },
        (None, None) => Err(Refusal::input("\"query\" is missing.").at("query")),
    }
}

fn hash_of(extension: Option<Value>) -> Result<Option<String>, Refusal> {
    let extension = match extension {
        None | Some(Value::Null) => return Ok(None),
        Some(extension) => extension,
    };
    let hash = extension["sha256Hash"]
        .as_str()
        .map(str::to_ascii_lowercase);
    let hash = hash.filter(|hash| hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()));
    match hash {
        Some(hash) if extension["version"] == 1 => Ok(Some(hash)),
        _ => {
            let message = "\"persistedQuery\" needs version 1 and the SHA-256 of a document.";
            Err(Refusal::input(message).at("extensions.persistedQuery"))
        }
    }
}
