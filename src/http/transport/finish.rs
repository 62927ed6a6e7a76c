//! The last look at the errors of a response: each gets a code of the closed list and its status,
//! and none says what only the server should know.

use async_graphql::{Response, ServerError};

use crate::graphql::codes::{Code, ErrorDetails, code_of};

/// Errors of one answer.
const MOST_ERRORS: usize = 10;
/// Characters of one message: async-graphql repeats names of the request in some.
const MOST_CHARACTERS: usize = 400;
/// Places in the document that one error names.
const MOST_LOCATIONS: usize = 4;
/// Bytes of all errors of one answer, but for the first: a name in the path of each may be as long as the document.
const MOST_BYTES: usize = 12 * 1024;

/// What a fault of the server says.
pub(super) const INTERNAL: &str = "Something went wrong on our side. Please try again later.";

/// async-graphql's own limits, which tell of themselves by their text alone.
const TOO_COMPLEX: [&str; 4] = [
    "Query is too complex.",
    "Query is nested too deep.",
    "The recursion depth of the query",
    "The number of directives on the field",
];

/// What it says of a value that an argument cannot take.
const BAD_VALUE: [&str; 3] = [
    "Failed to parse \"",
    "Expected input type \"",
    "Invalid value for",
];

/// What it says of an operation, without a place in the document.
const BAD_OPERATION: [&str; 4] = [
    "Unknown operation named ",
    "Operation name required in request.",
    "Subscriptions are not supported",
    "Schema is not configured for",
];

/// Gives every error its code and status, and keeps names of the schema to itself unless
/// `suggestions` are on.
#[must_use]
pub fn finish(mut response: Response, suggestions: bool) -> Response {
    response.errors.truncate(MOST_ERRORS);
    for error in &mut response.errors {
        complete(error);
        forget_value(&mut error.message);
        if !suggestions {
            forget_suggestions(&mut error.message);
        }
    }
    shorten(&mut response.errors);
    response
}

/// Cuts what a request could make long.
pub(super) fn shorten(errors: &mut Vec<ServerError>) {
    errors.truncate(MOST_ERRORS);
    let mut bytes = 0;
    let mut kept = 0;
    errors.retain_mut(|error| {
        if let Some((end, _)) = error.message.char_indices().nth(MOST_CHARACTERS) {
            error.message.truncate(end);
            error.message.push('…');
        }
        error.locations.truncate(MOST_LOCATIONS);
        bytes += serde_json::to_vec(error).map_or(0, |text| text.len());
        kept += 1;
        kept == 1 || bytes <= MOST_BYTES
    });
}

fn complete(error: &mut ServerError) {
    let code = code_of(error).unwrap_or_else(|| classify(error));
    if code == Code::Internal && error.message != INTERNAL {
        tracing::error!(message = %error.message, path = ?error.path, "an unexpected error");
        INTERNAL.clone_into(&mut error.message);
        error.extensions = None;
    }
    let details = error.details();
    details.set("code", code.as_str());
    details.set("status", code.status());
}

/// The code of an error that has none: async-graphql's own, or one that nobody foresaw.
fn classify(error: &ServerError) -> Code {
    let begins = |texts: &[&str]| texts.iter().any(|text| error.message.starts_with(text));
    let executed = !error.path.is_empty();
    match () {
        () if begins(&TOO_COMPLEX) => Code::QueryTooComplex,
        () if executed && begins(&BAD_VALUE) => Code::BadUserInput,
        () if executed => Code::Internal,
        () if !error.locations.is_empty() || begins(&BAD_OPERATION) => {
            Code::GraphqlValidationFailed
        }
        () => Code::Internal,
    }
}

/// What was sent may be a password in the wrong place (N1), and answers end up in logs of clients.
fn forget_value(message: &mut String) {
    if message.starts_with(BAD_VALUE[1])
        && let Some(at) = message.find("\", found ")
    {
        message.truncate(at + 1);
        message.push('.');
    }
    // The types around it help nobody who does not know how the server is made.
    if message.starts_with(BAD_VALUE[0])
        && let Some(at) = message.find(" (occurred while parsing ")
    {
        message.truncate(at);
    }
}

fn forget_suggestions(message: &mut String) {
    if let Some(at) = message.find(" Did you mean ") {
        message.truncate(at);
    }
}
