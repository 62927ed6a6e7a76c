//! `/metrics`, on a listener of its own: not for the public.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// Seconds.
const BUCKETS: [f64; 11] = [
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];

/// Starts to count, once a process.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let latency = Matcher::Full("http_request_duration_seconds".to_owned());
    PrometheusBuilder::new()
        .set_buckets_for_metric(latency, &BUCKETS)?
        .install_recorder()
}

/// The listener's one path.
pub fn router(handle: PrometheusHandle) -> Router {
    let text = async move || {
        handle.run_upkeep();
        let media_type = "text/plain; version=0.0.4; charset=utf-8";
        ([(CONTENT_TYPE, media_type)], handle.render())
    };
    Router::new().route("/metrics", get(text))
}
