//! `/metrics`, on a listener of its own: not for the public.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use crate::observe;
use crate::observe::metric::{Described, Kind};
use crate::observe::table::ALL;

/// Takes measurements that nobody counts as they happen: sets gauges, and answers with what has no gauge.
pub type Measure = Arc<dyn Fn() -> Vec<(&'static Described, f64)> + Send + Sync>;

/// Starts to count, once a process; the handle reads.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let handle = builder()?.install_recorder()?;
    observe::begin();
    Ok(HANDLE.get_or_init(|| handle).clone())
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    let mut builder = PrometheusBuilder::new();
    for metric in ALL {
        if let Kind::Histogram(buckets) = metric.kind {
            let name = Matcher::Full(metric.name.to_owned());
            builder = builder.set_buckets_for_metric(name, buckets)?;
        }
    }
    Ok(builder)
}

/// The listener's one path.
pub fn router(handle: PrometheusHandle, measure: Measure) -> Router {
    let text = async move || {
        let samples = measure();
        handle.run_upkeep();
        let mut text = handle.render();
        for (metric, value) in samples {
            append(&mut text, metric, value);
        }
        let media_type = "text/plain; version=0.0.4; charset=utf-8";
        ([(CONTENT_TYPE, media_type)], text)
    };
    Router::new().route("/metrics", get(text))
}

/// A series of its own: counters of the recorder are whole numbers, and seconds of a processor are none.
fn append(text: &mut String, metric: &Described, value: f64) {
    let (name, help) = (metric.name, metric.help);
    let kind = match metric.kind {
        Kind::Counter => "counter",
        Kind::Gauge | Kind::Histogram(_) => "gauge",
    };
    let _ = write!(
        text,
        "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n\n"
    );
}

#[cfg(test)]
#[path = "metrics_tests.rs"]
mod tests;
