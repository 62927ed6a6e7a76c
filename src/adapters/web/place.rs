//! Where a service of others is, or its stand-in.

use url::{Host, Url};

/// Where requests are sent.
#[derive(Debug, Clone)]
pub(in crate::adapters) struct Place {
    /// What all paths begin with.
    base: Url,
    /// Whether what is sent there can be read on the way.
    pub plain: bool,
    /// Whether it is a stand-in on this machine.
    pub loopback: bool,
}

impl Place {
    /// Reads an endpoint; `usual` is the service itself. The error is the rest of a sentence.
    pub fn parse(endpoint: Option<&str>, usual: &str) -> Result<Self, &'static str> {
        let base = Url::parse(endpoint.unwrap_or(usual)).map_err(|_| "is not a URL")?;
        let plain = match base.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err("must begin with https:// or http://"),
        };
        if !base.username().is_empty() || base.password().is_some() {
            return Err("must not hold a name or password");
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err("must not hold a query");
        }
        let loopback = is_loopback(&base);
        Ok(Self {
            base,
            plain,
            loopback,
        })
    }

    /// The same, unless what is sent there could be read on the way: plain http is for loopback addresses alone.
    pub fn private(self) -> Result<Self, &'static str> {
        if self.plain && !self.loopback {
            return Err("must begin with https://, http:// is for loopback addresses only");
        }
        Ok(self)
    }

    /// The address without a slash at its end.
    pub fn as_str(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// The address with these segments behind it, each of them written so that it stays one.
    pub fn join<'a>(&self, segments: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
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

    const USUAL: &str = "https://storage.googleapis.com";

    #[test]
    fn without_an_endpoint_it_is_google_itself() {
        let place = Place::parse(None, USUAL).unwrap();
        assert_eq!(place.as_str(), USUAL);
        assert!(!place.loopback && !place.plain);
    }

    #[test]
    fn an_endpoint_may_be_anywhere_but_holds_no_password() {
        for loopback in [
            "http://127.0.0.1:81",
            "http://[::1]:81/",
            "http://localhost",
        ] {
            let place = Place::parse(Some(loopback), USUAL).unwrap();
            assert!(place.loopback && place.plain, "{loopback}");
            assert!(place.private().is_ok());
        }
        for far in ["http://localhost.example", "http://10.0.0.1", "http://gcs"] {
            let place = Place::parse(Some(far), USUAL).unwrap();
            assert!(!place.loopback && place.plain, "{far}");
            assert!(place.private().is_err());
        }
        let safe = Place::parse(Some("https://eu.example/"), USUAL).unwrap();
        assert!(!safe.loopback && !safe.plain && safe.private().is_ok());
        for bad in [
            "gcs",
            "ftp://localhost",
            "http://ann:hunter2@localhost",
            "http://ann@localhost",
            "http://localhost?key=hunter2",
        ] {
            assert!(Place::parse(Some(bad), USUAL).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_segment_stays_one_whatever_it_holds() {
        for base in ["http://localhost:1/base", "http://localhost:1/base/"] {
            let place = Place::parse(Some(base), USUAL).unwrap();
            let url = place.join(["o", "a/b c?d#e%2F.jpg"]);
            let path = "/base/o/a%2Fb%20c%3Fd%23e%252F.jpg";
            assert_eq!(url.path(), path);
            assert!(url.query().is_none() && url.fragment().is_none());
        }
    }
}
