//! How requests of GraphQL are received.

use crate::config::{Config, Limits};
use crate::graphql::AnswerLimits;
use crate::graphql::guard::GuardLimits;
use crate::http::client_address::TrustedProxies;
use crate::http::transport::TransportConfig;

/// By the settings.
pub(super) fn settings(config: &Config) -> TransportConfig {
    let limits = &config.limits;
    let guard = GuardLimits {
        bytes: limits.max_document_bytes,
        tokens: limits.max_tokens,
        depth: limits.max_depth,
        mutations: limits.max_mutations,
        ..GuardLimits::default()
    };
    TransportConfig {
        guard,
        max_files: limits.max_files,
        max_file_bytes: limits.max_file_bytes,
        max_request_bytes: limits.max_request_bytes,
        deadline: limits.request_deadline,
        uploads: limits.max_uploads,
        uploads_per_client: limits.max_uploads_per_client,
        spool_bytes: limits.max_spool_bytes,
        proxies: TrustedProxies::new(config.listen.trusted_proxies.clone()),
        ..TransportConfig::new(config.data_dir.join("spool"), config.listen.introspection)
    }
}

/// How much a document may ask for, by the settings.
pub(super) const fn answers(limits: &Limits) -> AnswerLimits {
    AnswerLimits {
        objects: limits.max_objects,
        fields: limits.max_fields,
    }
}
