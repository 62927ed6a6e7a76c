//! The transport's settings.

use std::{path::PathBuf, time::Duration};

use crate::graphql::guard::GuardLimits;
use crate::http::client_address::TrustedProxies;

/// Limits and places; [`TransportConfig::new`] has the defaults of the rules.
#[derive(Debug, Clone)]
pub struct TransportConfig {
    /// What a document and its variables may ask for.
    pub guard: GuardLimits,
    /// Bytes of a body that is no upload, and of each text field of one that is.
    pub json_bytes: usize,
    /// Files in one request.
    pub max_files: usize,
    /// Bytes of one file.
    pub max_file_bytes: u64,
    /// Bytes of a whole request.
    pub max_request_bytes: u64,
    /// How long an execution may take, from the moment the body is read.
    pub deadline: Duration,
    /// How long a body may pause.
    pub body_idle: Duration,
    /// Bytes a second that a body must bring on average, once its grace is over.
    pub body_rate: u64,
    /// How long a body may be slower.
    pub body_grace: Duration,
    /// Bytes of all large bodies without files that are held at once.
    pub text_bytes: u64,
    /// Uploads under way at once.
    pub uploads: usize,
    /// Of these, by one client.
    pub uploads_per_client: usize,
    /// Bytes of all files in the spool.
    pub spool_bytes: u64,
    /// Whose word on clients' addresses is taken.
    pub proxies: TrustedProxies,
    /// Where files are kept while a request lasts; it must exist.
    pub spool_dir: PathBuf,
    /// Whether the schema may be asked for, and errors may suggest names of it.
    pub introspection: bool,
}

impl TransportConfig {
    /// The defaults.
    #[must_use]
    pub fn new(spool_dir: PathBuf, introspection: bool) -> Self {
        Self {
            guard: GuardLimits::default(),
            json_bytes: 1024 * 1024,
            max_files: 20,
            max_file_bytes: 25 * 1024 * 1024,
            max_request_bytes: 120 * 1024 * 1024,
            deadline: Duration::from_secs(30),
            body_idle: Duration::from_secs(20),
            // 128 kbit/s: a telephone with a bad connection has twice that.
            body_rate: 16 * 1024,
            body_grace: Duration::from_secs(30),
            text_bytes: 64 * 1024 * 1024,
            uploads: 64,
            uploads_per_client: 16,
            spool_bytes: 2 * 1024 * 1024 * 1024,
            proxies: TrustedProxies::default(),
            spool_dir,
            introspection,
        }
    }
}
