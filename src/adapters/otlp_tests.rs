use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};

use metrics_exporter_prometheus::PrometheusBuilder;
use opentelemetry::trace::{Tracer as _, TracerProvider as _};
use opentelemetry_sdk::error::OTelSdkError;

use super::*;

fn provider_of(gate: Gate) -> SdkTracerProvider {
    let provider = SdkTracerProvider::builder();
    provider.with_span_processor(gate).build()
}

/// Takes what it is given when it is told to.
struct Slow(Mutex<Receiver<()>>);

impl fmt::Debug for Slow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slow")
    }
}

impl SpanExporter for Slow {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        // An error is the end of the test.
        let _ = self.0.lock().unwrap().recv();
        Ok(())
    }
}

#[test]
fn what_finds_the_queue_full_is_dropped_and_counted() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let (go_on, told) = channel();
    let waiting = Arc::new(AtomicUsize::new(0));
    let exporter = Counted {
        otlp: Slow(Mutex::new(told)),
        waiting: Arc::clone(&waiting),
        away: AtomicBool::new(false),
    };
    let batches = BatchConfigBuilder::default()
        .with_max_queue_size(QUEUE)
        .with_scheduled_delay(Duration::from_hours(1))
        .build();
    let batches = BatchSpanProcessor::new(exporter, batches);
    let provider = provider_of(Gate { batches, waiting });
    let tracer = provider.tracer("test");
    metrics::with_local_recorder(&recorder, || {
        for _ in 0..2 * QUEUE {
            drop(tracer.start("span"));
        }
    });
    let text = recorder.handle().render();
    let dropped = text.lines().find(|line| line.contains("dropped"));
    let dropped = dropped.and_then(|line| line.rsplit(' ').next()?.parse().ok());
    // One batch may have been on its way already.
    let dropped: usize = dropped.unwrap();
    assert!((QUEUE - BATCH..=QUEUE).contains(&dropped), "{text}");
    drop(go_on);
    provider.shutdown().unwrap();
}

#[derive(Debug)]
struct Refusing;

impl SpanExporter for Refusing {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        Err(OTelSdkError::InternalFailure("away".into()))
    }
}

#[test]
fn what_the_collector_does_not_take_is_counted_and_no_error() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let exporter = Counted {
        otlp: Refusing,
        waiting: Arc::new(AtomicUsize::new(0)),
        away: AtomicBool::new(false),
    };
    let done = metrics::with_local_recorder(&recorder, || {
        futures::executor::block_on(exporter.export(Vec::new()))
    });
    assert!(done.is_ok());
    let text = recorder.handle().render();
    assert!(
        text.contains("shotify_trace_spans_total{outcome=\"failed\"} 0"),
        "{text}"
    );
}
