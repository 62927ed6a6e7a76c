//! The log: one line an event, for people or as JSON.
//!
//! Nobody's secrets belong into it: what is logged are routes, codes and ids, and a panic's place but not its words.

use std::io::{self, IsTerminal as _};
use std::panic;

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{LogFormat, Logs};

/// Starts to log to standard error, once a process. A filter that cannot be read is `info`.
pub fn start(logs: &Logs) {
    let subscriber = subscriber(logs, io::stderr().is_terminal(), io::stderr);
    // Only tests start it twice, and then the first one stays.
    if subscriber.try_init().is_ok() {
        panic::set_hook(Box::new(report_panic));
    }
}

/// The subscriber for `writer`.
fn subscriber<W>(logs: &Logs, colours: bool, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&logs.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colours)
        .with_writer(writer);
    match logs.format {
        LogFormat::Pretty => Box::new(builder.compact().finish()),
        LogFormat::Json => Box::new(
            builder
                .json()
                .flatten_event(true)
                .with_span_list(false)
                .finish(),
        ),
    }
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
            otlp_endpoint: None,
        };
        let writer = lines.clone();
        let subscriber = subscriber(&logs, false, move || writer.clone());
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
