//! - `VISION` (`on-device`): or `google` for Google Cloud Vision, signed in by `GOOGLE_APPLICATION_CREDENTIALS`.
//! - `VISION_ENDPOINT`: of a stand-in; production demands https.

use std::path::PathBuf;

use super::environment::Environment;
use super::objects::endpoint;
use super::reader::Reader;

/// Who labels pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vision {
    /// The server itself.
    OnDevice,
    /// Google Cloud Vision.
    Google {
        /// Where it answers, if not at its usual place.
        endpoint: Option<String>,
        /// The key file of a service account.
        credentials: Option<PathBuf>,
    },
}

pub(super) fn read(
    reader: &mut Reader<'_>,
    environment: Environment,
    credentials: Option<PathBuf>,
) -> Vision {
    let expected = "must be on-device or google";
    let google = reader.parsed("VISION", "on-device", expected, |text| match text {
        "on-device" => Some(false),
        "google" => Some(true),
        _ => None,
    });
    let endpoint = endpoint(reader, "VISION_ENDPOINT");
    if environment.is_production() && endpoint.as_deref().is_some_and(is_plain) {
        let message = "must begin with https:// in production, tokens are sent there";
        reader.refuse("VISION_ENDPOINT", message);
    }
    if google {
        Vision::Google {
            endpoint,
            credentials,
        }
    } else {
        Vision::OnDevice
    }
}

/// Schemes are written in any case.
fn is_plain(endpoint: &str) -> bool {
    let scheme = endpoint.get(..5).unwrap_or_default();
    scheme.eq_ignore_ascii_case("http:")
}
