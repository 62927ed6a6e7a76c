//! What is measured beside the work: the listener of the metrics, and what is looked at now and then.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use super::{App, AppError};
use crate::adapters::process;
use crate::graphql;
use crate::http::{health, metrics};
use crate::observe::table;

/// How often is looked how full the outbox is.
const EVERY: Duration = Duration::from_secs(15);

/// Starts to count.
pub(super) fn begin(app: &App) -> Result<PrometheusHandle, AppError> {
    let installed = metrics::install();
    let handle = installed.map_err(|error| AppError::new("metrics cannot be counted", error))?;
    graphql::count::begin();
    let currency = app.config.currency.as_str().to_owned();
    table::REVENUE.with([currency]).increment(0);
    Ok(handle)
}

/// `/metrics`.
pub(super) fn router(app: &App, handle: PrometheusHandle) -> Router {
    let store = app.store.clone();
    let measure = move || {
        store.measure();
        process::samples()
    };
    metrics::router(handle, Arc::new(measure))
}

/// The same with the health of a process that serves nothing else.
pub(super) fn router_of_worker(
    app: &App,
    handle: PrometheusHandle,
    ending: CancellationToken,
) -> Router {
    router(app, handle).merge(health::routes(app.readiness(ending)))
}

/// Looks how full the outbox is until the end, and takes in what histograms were given: that would grow where nobody
/// reads the metrics.
pub(super) fn watch(
    app: &App,
    handle: PrometheusHandle,
    ending: CancellationToken,
) -> impl Future<Output = ()> + Send + use<> {
    let (queue, clock) = (app.queue(), app.clock.clone());
    async move {
        while !ending.is_cancelled() {
            if let Err(error) = queue.depth(clock.now()).await {
                tracing::debug!(%error, "the outbox cannot be measured");
            }
            handle.run_upkeep();
            tokio::select! {
                () = ending.cancelled() => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }
}
