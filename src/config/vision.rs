//! - `VISION` (`on-device`): or `google` for Google Cloud Vision, signed in by `GOOGLE_APPLICATION_CREDENTIALS`.
//! - `VISION_ENDPOINT`: of a stand-in; production demands https.
//! - `SIMILARITY_LEAST` (`0.5`): the least similarity, a cosine, of what is found by a picture.

use std::path::PathBuf;

use super::endpoint::endpoint;
use super::environment::Environment;
use super::reader::Reader;

/// Measured (`docs/vision.md`): a picture that lost a tenth of each side still reaches it, nearly all others do not.
const SIMILARITY_LEAST: f64 = 0.5;

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

/// How pictures are seen.
#[derive(Debug, Clone, PartialEq)]
pub struct VisionSettings {
    /// Who labels them.
    pub labeller: Vision,
    /// What is less alike than this is not found by a picture: a cosine.
    pub similarity_least: f64,
}

pub(super) fn read(
    reader: &mut Reader<'_>,
    environment: Environment,
    credentials: Option<PathBuf>,
) -> VisionSettings {
    VisionSettings {
        labeller: labeller(reader, environment, credentials),
        similarity_least: reader.number("SIMILARITY_LEAST", SIMILARITY_LEAST, 0.0..=1.0),
    }
}

fn labeller(
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
