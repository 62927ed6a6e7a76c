//! Traces: the way of one into this process, and when a step of work is part of one.

use std::collections::HashMap;

use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::{Level, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::ports::traces::TARGET;

/// Makes a span part of the trace that a `traceparent` of the W3C names. One that cannot be read is as if not sent.
pub fn take_up(span: &Span, traceparent: &str) {
    if span.is_disabled() {
        return;
    }
    let carrier = HashMap::from([("traceparent".to_owned(), traceparent.to_owned())]);
    let parent = TraceContextPropagator::new().extract(&carrier);
    // Only a span that no subscriber knows refuses it, and that one is not sent either.
    let _ = span.set_parent(parent);
}

/// Whether what is done now is part of a trace. What polls in the background is not: it would begin one each time.
#[must_use]
pub fn is_traced() -> bool {
    tracing::span_enabled!(target: TARGET, Level::INFO) && {
        let current = Span::current();
        current
            .metadata()
            .is_some_and(|span| span.target() == TARGET)
    }
}

/// Opens the span of a call of something outside, where that is part of a trace: its name, what is called, and fields.
macro_rules! outside {
    ($name:expr, $($fields:tt)*) => {
        if $crate::observe::traces::is_traced() {
            tracing::info_span!(
                target: $crate::ports::traces::TARGET,
                "call",
                otel.name = $name,
                otel.kind = "client",
                otel.status_code = tracing::field::Empty,
                error.type = tracing::field::Empty,
                $($fields)*
            )
        } else {
            tracing::Span::none()
        }
    };
}

pub(crate) use outside;

/// Marks a span as failed, by a word for the kind of failure.
pub fn failed(span: &Span, kind: &'static str) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", kind);
}
