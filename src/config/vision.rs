//! - `VISION` (`on-device`): or `google` for Google Cloud Vision. `VISION_ENDPOINT`: of a stand-in.

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
    },
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vision {
    let expected = "must be on-device or google";
    let google = reader.parsed("VISION", "on-device", expected, |text| match text {
        "on-device" => Some(false),
        "google" => Some(true),
        _ => None,
    });
    let endpoint = endpoint(reader, "VISION_ENDPOINT");
    if google {
        Vision::Google { endpoint }
    } else {
        Vision::OnDevice
    }
}
