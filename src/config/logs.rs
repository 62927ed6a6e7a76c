//! - `LOG_FORMAT` (`pretty`, in production `json`) and `RUST_LOG` (`info`): how and what is logged.

use super::environment::Environment;
use super::reader::Reader;

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// What is logged and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logs {
    /// How a line looks.
    pub format: LogFormat,
    /// Directives of tracing's filter, such as `info,sqlx=warn`.
    pub filter: String,
}

pub(super) fn read(reader: &mut Reader<'_>, environment: Environment) -> Logs {
    let usual = if environment.is_production() {
        "json"
    } else {
        "pretty"
    };
    Logs {
        format: reader.parsed(
            "LOG_FORMAT",
            usual,
            "must be pretty or json",
            |text| match text {
                "pretty" => Some(LogFormat::Pretty),
                "json" => Some(LogFormat::Json),
                _ => None,
            },
        ),
        filter: reader.text_or("RUST_LOG", "info"),
    }
}
