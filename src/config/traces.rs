//! - `OTEL_EXPORTER_OTLP_ENDPOINT` (none): where traces go, by OTLP over HTTP.
//! - `OTEL_TRACES_SAMPLER` (`parentbased_always_on`, in production `parentbased_traceidratio`) and
//!   `OTEL_TRACES_SAMPLER_ARG` (1, in production 0.05): which traces are sent.
//! - `OTEL_SERVICE_NAME` (`shotify`): what they are sent as.

use super::endpoint::endpoint;
use super::environment::Environment;
use super::reader::Reader;

/// Which traces are sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// Whether a trace that a trusted proxy began is sent if, and only if, the proxy sends it.
    pub by_parent: bool,
    /// Of all others, this share: 0 to 1.
    pub share: f64,
}

/// Where traces go.
#[derive(Debug, Clone, PartialEq)]
pub struct Traces {
    /// Base of the collector's addresses; none where traces are not sent.
    pub endpoint: Option<String>,
    /// Which of them.
    pub sampling: Sampling,
    /// The name that they are sent under.
    pub service: String,
}

#[derive(Clone, Copy)]
enum Share {
    All,
    Nothing,
    Some,
}

pub(super) fn read(reader: &mut Reader<'_>, environment: Environment) -> Traces {
    let production = environment.is_production();
    let endpoint = endpoint(reader, "OTEL_EXPORTER_OTLP_ENDPOINT");
    let usual = if production {
        "parentbased_traceidratio"
    } else {
        "parentbased_always_on"
    };
    let expected =
        "must be always_on, always_off, traceidratio or one of these behind parentbased_";
    let (by_parent, share) = reader.parsed("OTEL_TRACES_SAMPLER", usual, expected, sampler);
    let usual = if production { "0.05" } else { "1" };
    let expected = "must be a number from 0 to 1";
    let argument = reader.parsed("OTEL_TRACES_SAMPLER_ARG", usual, expected, |text| {
        text.parse()
            .ok()
            .filter(|share| (0.0..=1.0).contains(share))
    });
    Traces {
        endpoint,
        sampling: Sampling {
            by_parent,
            share: match share {
                Share::All => 1.0,
                Share::Nothing => 0.0,
                Share::Some => argument,
            },
        },
        service: reader.text_or("OTEL_SERVICE_NAME", "shotify"),
    }
}

fn sampler(text: &str) -> Option<(bool, Share)> {
    let own = text.strip_prefix("parentbased_");
    let share = match own.unwrap_or(text) {
        "always_on" => Share::All,
        "always_off" => Share::Nothing,
        "traceidratio" => Share::Some,
        _ => return None,
    };
    Some((own.is_some(), share))
}
