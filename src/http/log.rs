//! One id and one line of the log a request, and its metrics.
//!
//! A line names the route's pattern, never the path or the query: both may hold ids and tokens.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::ports::chance::{self, Random};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Characters of an id that is taken from outside.
const LONGEST_ID: usize = 64;

/// Runs the request under its id, counts and logs it.
pub async fn record(
    State(random): State<Arc<dyn Random>>,
    request: Request,
    next: Next,
) -> Response {
    let id = request_id(&request, &*random);
    let method = method(request.method());
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or_else(|| "(none)".to_owned(), |route| route.as_str().to_owned());
    let span = tracing::info_span!("request", id = %id);
    let start = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, latency) = (response.status().as_u16(), start.elapsed());
    span.in_scope(|| {
        let latency_ms = (latency.as_secs_f64() * 1e6).round() / 1e3;
        tracing::info!(method, route, status, latency_ms, "answered");
    });
    count(method, route, status, latency);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// What the proxy in front calls it, if that is short and plain; else one of our own.
fn request_id(request: &Request, random: &dyn Random) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let given = request.headers().get(REQUEST_ID);
    let given = given.and_then(|id| id.to_str().ok());
    let given = given.filter(|id| (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(plain));
    given.map_or_else(|| hex::encode(chance::bytes::<16>(random)), str::to_owned)
}

/// The method's name; strangers may invent methods, the log and metrics know these.
fn method(method: &Method) -> &'static str {
    const KNOWN: [&str; 8] = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
    ];
    let known = KNOWN.into_iter().find(|known| *known == method.as_str());
    known.unwrap_or("other")
}

fn count(method: &'static str, route: String, status: u16, latency: Duration) {
    let labels = [
        ("method", method.to_owned()),
        ("route", route.clone()),
        ("status", status.to_string()),
    ];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_duration_seconds", "route" => route).record(latency);
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
