//! The closed list of error codes that a client may see, each with its HTTP status, and the one
//! way to make such an error.

use async_graphql::{Error, ErrorExtensionValues, ServerError};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal;)+) => {
        /// Every code that may stand in `errors[].extensions.code`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[$doc])* $name,)+
        }

        impl Code {
            /// The whole list.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code as clients read it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// The HTTP status that belongs to it, 4xx or 5xx.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$name => $status,)+
                }
            }
        }
    };
}

codes! {
    /// No session, or one that is over.
    Unauthenticated = "UNAUTHENTICATED", 401;
    /// The right password, but the address was never confirmed.
    EmailNotVerified = "EMAIL_NOT_VERIFIED", 403;
    /// The CSRF token or the origin does not fit the session.
    CsrfFailed = "CSRF_FAILED", 403;
    /// The caller may see it, but not do this to it.
    Forbidden = "FORBIDDEN", 403;
    /// It does not exist, as far as the caller may know.
    NotFound = "NOT_FOUND", 404;
    /// The request or one of its values is not acceptable.
    BadUserInput = "BAD_USER_INPUT", 400;
    /// A mailed token that is unknown, used or over.
    InvalidToken = "INVALID_TOKEN", 400;
    /// Something else holds the place, such as a taken name.
    Conflict = "CONFLICT", 409;
    /// The price in force is not the expected one.
    PriceChanged = "PRICE_CHANGED", 409;
    /// The image is not for sale.
    NotForSale = "NOT_FOR_SALE", 409;
    /// The idempotency key was used with other arguments.
    IdempotencyMismatch = "IDEMPOTENCY_MISMATCH", 409;
    /// The member's quota is used up.
    QuotaExceeded = "QUOTA_EXCEEDED", 409;
    /// A file or the whole request is too large.
    PayloadTooLarge = "PAYLOAD_TOO_LARGE", 413;
    /// The bytes are not a picture that Shotify takes.
    UnsupportedImage = "UNSUPPORTED_IMAGE", 415;
    /// Too many attempts; `retryAfter` says when to come back.
    RateLimited = "RATE_LIMITED", 429;
    /// Something that is needed is down or too slow.
    Unavailable = "UNAVAILABLE", 503;
    /// A fault of the server.
    Internal = "INTERNAL", 500;
    /// The document is not GraphQL.
    GraphqlParseFailed = "GRAPHQL_PARSE_FAILED", 400;
    /// The document does not fit the schema.
    GraphqlValidationFailed = "GRAPHQL_VALIDATION_FAILED", 400;
    /// The document or its variables ask for more than one request may.
    QueryTooComplex = "QUERY_TOO_COMPLEX", 400;
    /// The hash is unknown: send the document along.
    PersistedQueryNotFound = "PERSISTED_QUERY_NOT_FOUND", 404;
    /// The HTTP method does not fit.
    MethodNotAllowed = "METHOD_NOT_ALLOWED", 405;
    /// No media type that the server can answer with is accepted.
    NotAcceptable = "NOT_ACCEPTABLE", 406;
    /// The request's media type is not one the server reads.
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", 415;
}

impl Code {
    /// The code with this text, if it is on the list.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// `code` and `status`, the extensions that every error has.
    #[must_use]
    pub fn extensions(self) -> ErrorExtensionValues {
        let mut values = ErrorExtensionValues::default();
        values.set("code", self.as_str());
        values.set("status", self.status());
        values
    }
}

/// An error for a resolver to return. The message is a sentence for a person.
#[must_use]
pub fn error(code: Code, message: impl Into<String>) -> Error {
    let mut error = Error::new(message);
    error.extensions = Some(code.extensions());
    error
}

/// The same for an answer that never reached a resolver.
#[must_use]
pub fn server_error(code: Code, message: impl Into<String>) -> ServerError {
    let mut error = ServerError::new(message, None);
    error.extensions = Some(code.extensions());
    error
}

/// What may be said beside code and status.
pub trait ErrorDetails: Sized {
    /// The extensions, made when there are none yet.
    fn details(&mut self) -> &mut ErrorExtensionValues;

    /// Which part of the input is meant, such as `input.0.price`.
    #[must_use]
    fn with_field(mut self, path: impl Into<String>) -> Self {
        self.details().set("field", path.into());
        self
    }

    /// After how many seconds it is worth trying again.
    #[must_use]
    fn with_retry_after(mut self, seconds: u64) -> Self {
        self.details().set("retryAfter", seconds);
        self
    }
}

impl ErrorDetails for Error {
    fn details(&mut self) -> &mut ErrorExtensionValues {
        self.extensions.get_or_insert_default()
    }
}

impl ErrorDetails for ServerError {
    fn details(&mut self) -> &mut ErrorExtensionValues {
        self.extensions.get_or_insert_default()
    }
}

/// The code of an error, if it has one of the list.
#[must_use]
pub fn code_of(error: &ServerError) -> Option<Code> {
    match error.extensions.as_ref()?.get("code")? {
        async_graphql::Value::String(text) => Code::parse(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_text_and_has_an_error_status() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(*code));
            assert!((400..600).contains(&code.status()), "{code:?}");
        }
        assert_eq!(Code::parse("TEAPOT"), None);
    }

    /// G8
    #[test]
    fn an_error_carries_code_status_field_and_retry_after() {
        let error = server_error(Code::RateLimited, "Too many attempts.")
            .with_field("input.email")
            .with_retry_after(7);
        let json = serde_json::to_value(&error).unwrap();
        assert_eq!(
            json["extensions"],
            serde_json::json!({"code": "RATE_LIMITED", "status": 429, "field": "input.email", "retryAfter": 7})
        );
        assert_eq!(code_of(&error), Some(Code::RateLimited));
    }
}
