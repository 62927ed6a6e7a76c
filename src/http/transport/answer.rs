//! The HTTP response.

use async_graphql::{Response as Answer, ServerError, Value};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{
    accept::Media,
    refusal::{Refusal, Reply},
};
use crate::graphql::codes::{Code, code_of};

/// Writes a reply as the client asked for it.
pub(super) fn answer(media: Media, reply: Reply) -> Response {
    let status = status(media, &reply);
    let mut answer = reply.response;
    let mut headers = HeaderMap::new();
    copy(std::mem::take(&mut answer.http_headers), &mut headers);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(media.content_type()),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    ) {
        headers.insert(header::RETRY_AFTER, retry_after(&answer.errors).into());
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    (status, headers, Body::from(text(&answer))).into_response()
}

/// To a method that `/query` does not know.
pub(super) fn method_not_allowed() -> Response {
    let refusal = Refusal::new(Code::MethodNotAllowed, "Send requests by POST or GET.");
    let mut response = answer(Media::Json, refusal.into());
    let allow = HeaderValue::from_static("GET, HEAD, POST");
    response.headers_mut().insert(header::ALLOW, allow);
    response
}

fn status(media: Media, reply: &Reply) -> StatusCode {
    let codes: Vec<Code> = reply.response.errors.iter().filter_map(code_of).collect();
    let Some(first) = codes.first() else {
        return StatusCode::OK;
    };
    let over = |code: &Code| matches!(code, Code::RateLimited | Code::Unavailable);
    let told = match media {
        _ if codes.iter().all(over) => true,
        Media::GraphqlResponse => never_ran(&reply.response),
        // Clients of the first hour take any other status for a broken connection.
        Media::Json => reply.refused && !is_about_the_document(*first),
    };
    if told {
        StatusCode::from_u16(first.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    } else {
        StatusCode::OK
    }
}

/// Whether the request failed before its first field, so that the answer has no data at all.
fn never_ran(answer: &Answer) -> bool {
    answer.data == Value::Null
        && !answer.errors.is_empty()
        && answer.errors.iter().all(|error| error.path.is_empty())
}

/// A well-formed HTTP request whose document is at fault: 200 as `application/json`.
const fn is_about_the_document(code: Code) -> bool {
    matches!(
        code,
        Code::GraphqlParseFailed | Code::GraphqlValidationFailed | Code::PersistedQueryNotFound
    )
}

fn retry_after(errors: &[ServerError]) -> u64 {
    let seconds =
        errors.iter().filter_map(
            |error| match error.extensions.as_ref()?.get("retryAfter")? {
                Value::Number(seconds) => seconds.as_u64(),
                _ => None,
            },
        );
    seconds.max().unwrap_or(1).max(1)
}

fn copy(from: HeaderMap, to: &mut HeaderMap) {
    let mut last: Option<HeaderName> = None;
    for (name, value) in from {
        // A name stands only before the first of its values.
        last = name.or(last);
        if let Some(name) = &last {
            to.append(name.clone(), value);
        }
    }
}

#[derive(Serialize)]
struct Text<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    extensions: &'a std::collections::BTreeMap<String, Value>,
}

fn text(answer: &Answer) -> Vec<u8> {
    let text = Text {
        data: (!never_ran(answer)).then_some(&answer.data),
        errors: &answer.errors,
        extensions: &answer.extensions,
    };
    serde_json::to_vec(&text).expect("GraphQL values and errors are always JSON")
}
