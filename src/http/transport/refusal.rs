//! A request that never reaches the executor.

use async_graphql::{Response, ServerError};

use super::finish::shorten;
use crate::graphql::{
    codes::{Code, ErrorDetails, server_error},
    count,
    guard::GuardError,
};

/// Why a request is refused.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) Box<ServerError>);

impl Refusal {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(server_error(code, message)))
    }

    pub(super) fn input(message: impl Into<String>) -> Self {
        Self::new(Code::BadUserInput, message)
    }

    pub(super) fn too_large(message: impl Into<String>) -> Self {
        Self::new(Code::PayloadTooLarge, message)
    }

    pub(super) fn media_type(message: impl Into<String>) -> Self {
        Self::new(Code::UnsupportedMediaType, message)
    }

    pub(super) fn not_acceptable() -> Self {
        let message = "Answers come as application/json or application/graphql-response+json.";
        Self::new(Code::NotAcceptable, message)
    }

    /// Names the part of the request that is meant.
    pub(super) fn at(self, field: &str) -> Self {
        Self(Box::new(self.0.with_field(field)))
    }
}

impl From<GuardError> for Refusal {
    fn from(error: GuardError) -> Self {
        if let GuardError::TooMuch { limit, .. } = error {
            count::refused(limit);
        }
        let mut refusal = Self::new(error.code(), error.to_string());
        if let GuardError::Syntax { position, .. } = error {
            refusal.0.locations.extend(position);
        }
        refusal
    }
}

/// What the transport answers with.
pub(super) struct Reply {
    pub(super) response: Response,
    /// What it is counted as.
    pub(super) operation: &'static str,
    /// It never reached the executor.
    pub(super) refused: bool,
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        let mut errors = vec![*refusal.0];
        shorten(&mut errors);
        Self {
            response: Response::from_errors(errors),
            operation: count::NONE,
            refused: true,
        }
    }
}
