//! Starting to log and to send traces, and the end of both.

use std::time::Duration;

use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::task::spawn_blocking;

use super::AppError;
use crate::adapters::otlp::{self, OtlpConfig};
use crate::config::Config;
use crate::telemetry;

/// How long the end waits for the last spans to be sent.
const PARTING: Duration = Duration::from_secs(3);

/// The log and the traces of a process.
#[must_use]
pub struct Watching {
    provider: Option<SdkTracerProvider>,
}

/// Starts to log, and to send traces where the settings say where to. Within a runtime.
pub fn watch(config: &Config) -> Result<Watching, AppError> {
    let provider = settings(config).map(|settings| otlp::provider(&settings));
    let provider = provider.transpose().map_err(failed)?;
    telemetry::start(&config.logs, provider.as_ref());
    Ok(Watching { provider })
}

impl Watching {
    /// Sends what is not sent yet, where that does not take long.
    pub async fn end(self) {
        let Some(provider) = self.provider else {
            return;
        };
        let ended = spawn_blocking(move || provider.shutdown_with_timeout(PARTING)).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::warn!("the last spans could not be sent in time");
        }
    }
}

/// Whether the collector answers, as a sentence; none where there is none. Sends no spans.
pub(super) async fn check(config: &Config) -> Result<Option<&'static str>, AppError> {
    let Some(settings) = settings(config) else {
        return Ok(None);
    };
    otlp::check(&settings).await.map_err(failed)?;
    Ok(Some("The collector of traces answers."))
}

fn settings(config: &Config) -> Option<OtlpConfig> {
    let traces = &config.traces;
    Some(OtlpConfig {
        endpoint: traces.endpoint.clone()?,
        by_parent: traces.sampling.by_parent,
        share: traces.sampling.share,
        service: traces.service.clone(),
    })
}

fn failed(error: String) -> AppError {
    AppError::new("OTEL_EXPORTER_OTLP_ENDPOINT", error)
}
