//! Documents that clients name by their hash.

use std::sync::Arc;

use async_trait::async_trait;

use super::store::StoreResult;

/// Where documents are kept by their hash, the SHA-256 in lower-case hexadecimal digits.
///
/// It is a convenience and nothing more: it MAY forget any document at any time, and a call that fails is as good as
/// a document forgotten. It MUST be bounded, whatever strangers send, and answer or fail within a second. An
/// implementation whose keeper can be away MUST tell the log when it goes; its callers do not, for each call.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait PersistedQueries: Send + Sync {
    /// The document with this hash.
    async fn get(&self, hash: &str) -> StoreResult<Option<Arc<str>>>;
    /// Keeps a document under its hash.
    async fn put(&self, hash: &str, document: &str) -> StoreResult<()>;
}
