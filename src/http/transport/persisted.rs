//! Automatic persisted queries: a client sends the hash of a document it sent once before.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::refusal::Refusal;
use crate::graphql::codes::Code;
use crate::ports::persisted::PersistedQueries;
use crate::ports::store::StoreError;

/// A document and, where it is to be kept, its hash.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) document: String,
    pub(super) keep_as: Option<String>,
}

/// The document of a request: sent along, or known by its hash.
pub(super) async fn find(
    query: Option<String>,
    extensions: &mut Map<String, Value>,
    known: &dyn PersistedQueries,
) -> Result<Found, Refusal> {
    let hash = hash_in(extensions.remove("persistedQuery"))?;
    match (query.filter(|query| !query.is_empty()), hash) {
        (Some(document), None) => Ok(Found {
            document,
            keep_as: None,
        }),
        (Some(document), Some(hash)) if hash == hash_of(&document) => Ok(Found {
            document,
            keep_as: Some(hash),
        }),
        (Some(_), Some(_)) => {
            let message = "The hash of the persisted query is not that of the document.";
            Err(Refusal::input(message).at("extensions.persistedQuery.sha256Hash"))
        }
        (None, Some(hash)) => match recall(&hash, known).await {
            Some(document) => Ok(Found {
                document,
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

/// The document that was kept. While the keeper is away it is as if forgotten: the client sends it along then, so that
/// what needs nothing else goes on. What stands under the hash of something else is not believed.
async fn recall(hash: &str, known: &dyn PersistedQueries) -> Option<String> {
    match known.get(hash).await {
        Ok(document) => document
            .filter(|document| hash_of(document) == hash)
            .map(|document| document.to_string()),
        Err(error) => {
            note(&error, "a persisted query cannot be looked up");
            None
        }
    }
}

/// Keeps a document that is fit to be run. That it cannot be kept is no reason not to run it.
pub(super) async fn keep(hash: &str, document: &str, known: &dyn PersistedQueries) {
    if let Err(error) = known.put(hash, document).await {
        note(&error, "a persisted query cannot be kept");
    }
}

/// That the keeper is away stands in the log already, once; an outage must not fill it with a line for each request.
fn note(error: &StoreError, what: &'static str) {
    if matches!(error, StoreError::Unavailable(_)) {
        tracing::debug!(%error, "{what}");
    } else {
        tracing::warn!(%error, "{what}");
    }
}

fn hash_of(document: &str) -> String {
    hex::encode(Sha256::digest(document))
}

fn hash_in(extension: Option<Value>) -> Result<Option<String>, Refusal> {
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
