//! Where Google Cloud Vision is, or its stand-in.

use url::{Host, Url};

use super::GoogleVisionError;

/// Its usual place.
const USUAL: &str = "https://vision.googleapis.com";

/// Where pictures are sent.
pub(super) struct Place {
    /// The method that labels pictures.
    pub annotate: Url,
    /// Whether it is a stand-in on this machine.
    pub loopback: bool,
}

impl Place {
    pub fn parse(endpoint: Option<&str>) -> Result<Self, GoogleVisionError> {
        let base = endpoint.unwrap_or(USUAL).trim_end_matches('/');
        let annotate = Url::parse(&format!("{base}/v1/images:annotate"))
            .map_err(|_| GoogleVisionError::Endpoint("is not a URL"))?;
        let loopback = is_loopback(&annotate);
        match annotate.scheme() {
            "https" => {}
            "http" if loopback => {}
            _ => {
                let message = "must begin with https://, http:// is for loopback addresses only";
                return Err(GoogleVisionError::Endpoint(message));
            }
        }
        Ok(Self { annotate, loopback })
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_an_endpoint_it_is_google_itself() {
        let place = Place::parse(None).unwrap();
        assert_eq!(
            place.annotate.as_str(),
            "https://vision.googleapis.com/v1/images:annotate"
        );
        assert!(!place.loopback);
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for good in [
            "http://127.0.0.1:81",
            "http://[::1]:81/",
            "http://localhost",
        ] {
            assert!(Place::parse(Some(good)).unwrap().loopback, "{good}");
        }
        let far = Place::parse(Some("https://eu-vision.googleapis.com/")).unwrap();
        assert!(!far.loopback && far.annotate.path() == "/v1/images:annotate");
        for bad in [
            "http://vision.example",
            "http://localhost.example",
            "http://10.0.0.1",
            "ftp://localhost",
            "vision",
        ] {
            assert!(Place::parse(Some(bad)).is_err(), "{bad}");
        }
    }
}
