//! The log, one line an event, for people or as JSON; and which spans go into traces.
//!
//! The two do not mix: the log has no spans of traces, traces have no events of the log, which may hold words of others.
//! Nobody's secrets belong into it: what is logged are routes, codes and ids, and a panic's place but not its words.

use std::io::{self, IsTerminal as _};
use std::panic;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::filter::{EnvFilter, FilterExt as _, dynamic_filter_fn, filter_fn};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{LogFormat, Logs};
use crate::ports::traces::TARGET;

/// Starts to log to standard error, once a process, and to make traces where something takes them. A filter that cannot
/// be read is `info`.
pub fn start(logs: &Logs, traces: Option<&SdkTracerProvider>) {
    let log = log(logs, io::stderr().is_terminal(), io::stderr);
    let subscriber = tracing_subscriber::registry()
        .with(log)
        .with(traces.map(spans));
    // Only tests start it twice, and then the first one stays.
    if subscriber.try_init().is_ok() {
        panic::set_hook(Box::new(report_panic));
    }
}

/// Writes lines to `writer`.
fn log<S, W>(logs: &Logs, colours: bool, writer: W) -> impl Layer<S> + use<S, W>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&logs.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    // What OpenTelemetry's crates say each time, who sends the spans says once.
    let is_theirs = |target: &str| target == TARGET || target.starts_with("opentelemetry");
    // Asked about each event anew: sqlx asks whether an event would be taken and then makes none, and the answer to that
    // would stay for the next event if its own were remembered.
    let filter = filter.and(dynamic_filter_fn(move |of, _| !is_theirs(of.target())));
    let lines = fmt::layer().with_ansi(colours).with_writer(writer);
    let lines: Box<dyn Layer<S> + Send + Sync> = match logs.format {
        LogFormat::Pretty => lines.compact().boxed(),
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true).with_span_list(false);
            lines.boxed()
        }
    };
    lines.with_filter(filter)
}

/// Hands the spans of traces over, with nothing but their own fields.
fn spans<S>(traces: &SdkTracerProvider) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    tracing_opentelemetry::layer()
        .with_tracer(traces.tracer("shotify"))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_context_activation(false)
        .with_filter(filter_fn(|of| of.is_span() && of.target() == TARGET))
}

/// A panic's message may quote what a user sent, so only its place is told.
fn report_panic(info: &panic::PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, "a panic");
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: LogFormat, work: impl FnOnce()) -> String {
        let lines = Lines::default();
        let logs = Logs {
            format,
            filter: "info".to_owned(),
        };
        let writer = lines.clone();
        let log = log(&logs, false, move || writer.clone());
        let subscriber = tracing_subscriber::registry().with(log);
        tracing::subscriber::with_default(subscriber, work);
        String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
    }

    /// N2
    #[test]
    fn nobody_can_forge_a_line_of_json() {
        let evil = "x\r\n{\"level\":\"INFO\",\"message\":\"all is well\"}\u{1b}[2J";
        let text = logged(
            LogFormat::Json,
            || tracing::warn!(field = evil, shown = %evil, "refused"),
        );
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 1, "{text}");
        let line: serde_json::Value = serde_json::from_str(lines[0]).unwrap();
        assert_eq!(
            (&line["message"], &line["field"]),
            (&"refused".into(), &evil.into())
        );
    }

    #[test]
    fn lines_for_people_are_one_line_each() {
        let text = logged(LogFormat::Pretty, || {
            tracing::info!(status = 200, "answered");
        });
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains("status=200"), "{text}");
    }

    /// N1
    #[test]
    fn a_panic_tells_its_place_and_not_its_words() {
        let text = logged(LogFormat::Json, || {
            let hook = panic::take_hook();
            panic::set_hook(Box::new(report_panic));
            let caught = panic::catch_unwind(|| panic!("the password is hunter2"));
            panic::set_hook(hook);
            assert!(caught.is_err());
        });
        assert!(text.contains("telemetry.rs"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}
