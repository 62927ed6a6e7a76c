//! Where Google Cloud Vision is, or its stand-in.

use super::GoogleVisionError;
use crate::adapters::web::Place;

/// Its usual place.
const USUAL: &str = "https://vision.googleapis.com";
/// The method that labels pictures.
const ANNOTATE: &str = "/v1/images:annotate";

/// Where pictures are sent.
pub(super) fn annotate(endpoint: Option<&str>) -> Result<Place, GoogleVisionError> {
    Place::parse(endpoint.unwrap_or(USUAL), ANNOTATE).map_err(GoogleVisionError::Endpoint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_an_endpoint_it_is_google_itself() {
        let place = annotate(None).unwrap();
        assert_eq!(
            place.url.as_str(),
            "https://vision.googleapis.com/v1/images:annotate"
        );
        assert!(!place.loopback);
        let other = annotate(Some("https://eu-vision.googleapis.com/")).unwrap();
        assert_eq!(other.url.path(), "/v1/images:annotate");
    }
}
