//! What the server tells of itself: its metrics, each described once, and the way of a trace into it.
//!
//! [`table`] names every metric with its labels, its help and its buckets; [`metric`] is how one is counted; [`traces`]
//! takes up a trace that another program began. Nothing here knows who collects: metrics go to whatever recorder the
//! process has, spans to its subscriber. To add a metric: a line in the table, and one in `docs/metrics.md`.

pub mod metric;
pub mod table;
pub mod traces;

use metric::{Described, Kind};

/// Tells the process's recorder what each metric is, and begins those series at 0 of which all values are known.
pub fn begin() {
    for metric in table::ALL.iter().filter(|metric| !metric.is_measured()) {
        describe(metric);
        if metric.kind == Kind::Counter {
            metric.begin();
        }
    }
    let this = [env!("CARGO_PKG_VERSION"), env!("SHOTIFY_COMMIT")];
    table::BUILD_INFO.with(this).set(1.0);
}

fn describe(metric: &Described) {
    match metric.kind {
        Kind::Counter => metrics::describe_counter!(metric.name, metric.help),
        Kind::Gauge => metrics::describe_gauge!(metric.name, metric.help),
        Kind::Histogram(_) => metrics::describe_histogram!(metric.name, metric.help),
    }
}
