//! Sends spans to a collector, by OTLP over HTTP.
//!
//! Nobody waits for it: spans that end are put into a queue of [`QUEUE`], from which a thread of its own sends them. What
//! finds the queue full is dropped, what the collector does not take is lost, and both are counted. The log hears when
//! the collector goes away and when it is back.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry::Context;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter as Otlp, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider, Span, SpanData,
    SpanExporter, SpanProcessor,
};
use reqwest::header::RETRY_AFTER;
use tokio::runtime::Handle;

use super::web::{self, Place};
use crate::observe::table;

/// Spans that may wait.
const QUEUE: usize = 2048;
/// Spans of one request to the collector.
const BATCH: usize = 512;
/// How long spans wait for others to go along.
const DELAY: Duration = Duration::from_secs(2);
/// For how long it is tried to send a batch.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long one try may take.
const TRY: Duration = Duration::from_millis(1500);
/// How long it may take to connect.
const CONNECT: Duration = Duration::from_secs(1);
/// Most bytes of an answer, of which nothing is needed.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Where traces go, and which.
#[derive(Debug, Clone)]
pub struct OtlpConfig {
    /// Base of the collector's addresses.
    pub endpoint: String,
    /// Whether a trace that was begun elsewhere is sent if, and only if, it is sent there.
    pub by_parent: bool,
    /// Of all others, this share.
    pub share: f64,
    /// The name that they are sent under.
    pub service: String,
}

/// What takes spans and sends them. The error is for the operator.
pub fn provider(config: &OtlpConfig) -> Result<SdkTracerProvider, String> {
    let (collector, url) = collector(config)?;
    let otlp = Otlp::builder()
        .with_http()
        .with_http_client(collector)
        .with_endpoint(url)
        .with_timeout(PATIENCE)
        .build()
        .map_err(|error| error.to_string())?;
    let waiting = Arc::new(AtomicUsize::new(0));
    let exporter = Counted {
        otlp,
        waiting: Arc::clone(&waiting),
        away: AtomicBool::new(false),
    };
    let batches = BatchConfigBuilder::default()
        .with_max_queue_size(QUEUE)
        .with_max_export_batch_size(BATCH)
        .with_scheduled_delay(DELAY)
        .build();
    let batches = BatchSpanProcessor::new(exporter, batches);
    let resource = Resource::builder().with_service_name(config.service.clone());
    let version = opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    Ok(SdkTracerProvider::builder()
        .with_span_processor(Gate { batches, waiting })
        .with_sampler(sampler(config))
        .with_resource(resource.with_attribute(version).build())
        .build())
}

/// Whether the collector takes what is sent there; nothing is.
pub async fn check(config: &OtlpConfig) -> Result<(), String> {
    let (collector, url) = collector(config)?;
    let request = collector.client.post(url);
    let request = request.header("content-type", "application/x-protobuf");
    let answer = request.timeout(TRY).send().await;
    match answer.map_err(|error| web::broken(&error))?.status() {
        status if status.is_success() => Ok(()),
        status => Err(format!("the collector answered {status}")),
    }
}

fn collector(config: &OtlpConfig) -> Result<(Collector, String), String> {
    let place = Place::parse(Some(&config.endpoint), "")?;
    let collector = Collector {
        client: web::client(CONNECT, place.loopback)?,
        runtime: Handle::current(),
    };
    Ok((collector, place.join(["v1", "traces"]).into()))
}

fn sampler(config: &OtlpConfig) -> Sampler {
    let own = Sampler::TraceIdRatioBased(config.share);
    if config.by_parent {
        Sampler::ParentBased(Box::new(own))
    } else {
        own
    }
}

/// The way to the collector. Its caller is a thread that belongs to no runtime.
struct Collector {
    client: reqwest::Client,
    runtime: Handle,
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Collector")
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let mut request = reqwest::Request::try_from(request)?;
        *request.timeout_mut() = Some(TRY);
        let client = self.client.clone();
        // Even to begin to send needs the runtime, for its timers.
        self.runtime
            .spawn(async move { read(client.execute(request).await?).await })
            .await?
    }
}

async fn read(answer: reqwest::Response) -> Result<Response<Bytes>, HttpError> {
    let mut response = Response::builder().status(answer.status());
    if let Some(after) = answer.headers().get(RETRY_AFTER) {
        response = response.header(RETRY_AFTER, after);
    }
    let body = web::read(answer, LONGEST_ANSWER).await;
    let body = body.map_err(|_| "the collector's answer cannot be read")?;
    Ok(response.body(body)?)
}

/// Lets so many spans wait and no more.
#[derive(Debug)]
struct Gate {
    batches: BatchSpanProcessor,
    waiting: Arc<AtomicUsize>,
}

impl SpanProcessor for Gate {
    fn on_start(&self, span: &mut Span, cx: &Context) {
        self.batches.on_start(span, cx);
    }

    fn on_end(&self, span: SpanData) {
        if !span.span_context.is_sampled() {
            return;
        }
        if self.waiting.fetch_add(1, Ordering::Relaxed) < QUEUE {
            self.batches.on_end(span);
        } else {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            table::TRACE_SPANS.with(["dropped"]).increment(1);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.batches.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.batches.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.batches.set_resource(resource);
    }
}

/// Counts what is sent, and what is not.
struct Counted<E> {
    otlp: E,
    waiting: Arc<AtomicUsize>,
    away: AtomicBool,
}

impl<E> fmt::Debug for Counted<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Counted")
    }
}

impl<E: SpanExporter> SpanExporter for Counted<E> {
    /// A failure is told here, once, and to nobody else: who sends them would tell it each time.
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        self.waiting.fetch_sub(spans, Ordering::Relaxed);
        let sent = self.otlp.export(batch).await;
        let outcome = if sent.is_ok() { "sent" } else { "failed" };
        table::TRACE_SPANS.with([outcome]).increment(spans as u64);
        let was_away = self.away.swap(sent.is_err(), Ordering::Relaxed);
        match sent {
            Ok(()) if was_away => tracing::info!("the collector of traces takes spans again"),
            Err(error) if !was_away => {
                tracing::warn!(%error, "the collector of traces takes no spans: they are lost");
            }
            _ => {}
        }
        Ok(())
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.otlp.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.otlp.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.otlp.set_resource(resource);
    }
}

#[cfg(test)]
#[path = "otlp_tests.rs"]
mod tests;
