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
    builder()?.install_recorder()
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    let latency = Matcher::Full("http_request_duration_seconds".to_owned());
    PrometheusBuilder::new().set_buckets_for_metric(latency, &BUCKETS)
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

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn what_is_counted_can_be_read() {
        let recorder = builder().unwrap().build_recorder();
        metrics::with_local_recorder(&recorder, || {
            metrics::counter!("http_requests_total", "route" => "/").increment(2);
            metrics::histogram!("http_request_duration_seconds", "route" => "/").record(0.02);
        });
        let request = Request::get("/metrics").body(Body::empty()).unwrap();
        let response = router(recorder.handle()).oneshot(request).await.unwrap();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(
            text.contains("http_requests_total{route=\"/\"} 2"),
            "{text}"
        );
        let bucket = "http_request_duration_seconds_bucket{route=\"/\",le=\"0.025\"} 1";
        assert!(text.contains(bucket), "{text}");
    }
}
