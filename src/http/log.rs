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
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use super::client_address::TrustedProxies;
use crate::observe::{table, traces};
use crate::ports::chance::{self, Random};
use crate::ports::traces::TARGET;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// What probes ask for all day: nobody wants a trace of that.
const PROBES: [&str; 2] = ["/healthz", "/readyz"];
/// Characters of an id that is taken from outside.
const LONGEST_ID: usize = 64;

/// What a record of requests needs.
#[derive(Clone)]
pub struct Recorder {
    /// For ids.
    pub random: Arc<dyn Random>,
    /// Whose `traceparent` is taken up.
    pub proxies: TrustedProxies,
}

/// Runs the request under its id, counts, logs and traces it.
pub async fn record(State(recorder): State<Recorder>, request: Request, next: Next) -> Response {
    let _in_flight = table::HTTP_IN_FLIGHT.hold(1);
    let id = request_id(&request, &*recorder.random);
    let method = method(request.method());
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or_else(|| "(none)".to_owned(), |route| route.as_str().to_owned());
    let span = tracing::info_span!("request", id = %id);
    let start = Instant::now();
    let traced = traced(&recorder.proxies, &request, method, &route, &id);
    let answer = next.run(request).instrument(traced.clone());
    let mut response = answer.instrument(span.clone()).await;
    let (status, latency) = (response.status().as_u16(), start.elapsed());
    span.in_scope(|| {
        let latency_ms = (latency.as_secs_f64() * 1e6).round() / 1e3;
        tracing::info!(method, route, status, latency_ms, "answered");
    });
    traced.record("http.response.status_code", status);
    if status >= 500 {
        traced.record("otel.status_code", "ERROR");
    }
    count(method, route, status, latency);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The span of a request in its trace. Only a trusted proxy may make it part of a trace of its own: anybody else could
/// have all of their requests sampled, or put them into a trace of ours.
fn traced(
    proxies: &TrustedProxies,
    request: &Request,
    method: &'static str,
    route: &str,
    id: &str,
) -> Span {
    if PROBES.contains(&route) {
        return Span::none();
    }
    let span = tracing::info_span!(
        target: TARGET,
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        shotify.request_id = id,
    );
    let parent = request.headers().get(TRACEPARENT);
    let parent = parent.and_then(|parent| parent.to_str().ok());
    if let Some(parent) = parent.filter(|_| proxies.sent(request.extensions())) {
        traces::take_up(&span, parent);
    }
    span
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
    let labels = [method.to_owned(), route.clone(), status.to_string()];
    table::HTTP_REQUESTS.with(labels).increment(1);
    table::HTTP_DURATION.with([route]).record(latency);
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
