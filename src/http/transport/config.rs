//! The transport's settings.

use std::{path::PathBuf, time::Duration};

use crate::graphql::guard::GuardLimits;

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
    /// How long a body may take.
    pub body_time: Duration,
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
            body_time: Duration::from_mins(10),
            spool_dir,
            introspection,
        }
    }
}
