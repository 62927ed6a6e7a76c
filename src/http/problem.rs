//! Errors outside of GraphQL: a small JSON object with the code of the closed list.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::graphql::codes::Code;

/// After how many seconds it is worth trying again when something is away or full.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// `{"code", "status", "message"}` with the code's status; the message is a sentence for a person.
#[must_use]
pub fn problem(code: Code, message: &str) -> Response {
    with_status(
        StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        code,
        message,
    )
}

fn with_status(status: StatusCode, code: Code, message: &str) -> Response {
    let body = json!({"code": code.as_str(), "status": status.as_u16(), "message": message});
    let mut response = (status, Json(body)).into_response();
    if matches!(code, Code::Unavailable | Code::RateLimited) {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    response
}

/// 404, the same for whatever is not there.
#[must_use]
pub fn not_found() -> Response {
    problem(Code::NotFound, "There is nothing here.")
}

/// 405.
#[must_use]
pub fn method_not_allowed() -> Response {
    problem(Code::MethodNotAllowed, "This method does not fit here.")
}

/// 500, without a word about why.
#[must_use]
pub fn internal() -> Response {
    let message = "Something went wrong on our side. Please try again later.";
    problem(Code::Internal, message)
}

/// 503.
#[must_use]
pub fn unavailable() -> Response {
    problem(
        Code::Unavailable,
        "This is not possible right now. Please try again soon.",
    )
}
