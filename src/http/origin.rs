//! Which sites may send what: the Origin and Sec-Fetch-Site rule, and CORS.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// The header that carries the CSRF token, both ways.
pub const CSRF_HEADER: HeaderName = HeaderName::from_static("x-csrf-token");

/// The origins that may talk to the server.
#[derive(Debug, Clone)]
pub struct Sites {
    own: String,
    allowed: Arc<[String]>,
}

impl Sites {
    /// `own` is `PUBLIC_URL`'s origin. Among `allowed`, `*` stands for any origin (development only).
    #[must_use]
    pub fn new(own: String, allowed: Vec<String>) -> Self {
        Self {
            own,
            allowed: allowed.into(),
        }
    }

    /// The rule for operations without a session, refresh, and forms: the browser calls it same-origin or typed by its user,
    /// or the origin is known, or no browser sent it.
    #[must_use]
    pub fn admits(&self, headers: &HeaderMap) -> bool {
        let site = only(headers, &SEC_FETCH_SITE);
        let origin = only(headers, &header::ORIGIN);
        match (site, origin) {
            (Sent::No, Sent::No) | (Sent::Once(b"same-origin" | b"none"), _) => true,
            (_, Sent::Once(origin)) => origin == self.own.as_bytes() || self.allows(origin),
            _ => false,
        }
    }

    fn allows(&self, origin: &[u8]) -> bool {
        let mut allowed = self.allowed.iter();
        allowed.any(|known| known == "*" || known.as_bytes() == origin)
    }

    /// CORS for the allowed origins: exact, with credentials.
    pub fn cors(&self) -> CorsLayer {
        let sites = self.clone();
        let known = move |origin: &HeaderValue, _: &_| sites.allows(origin.as_bytes());
        CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(known))
            .allow_credentials(true)
            .allow_methods([Method::GET, Method::HEAD, Method::POST])
            .allow_headers([header::ACCEPT, header::CONTENT_TYPE, CSRF_HEADER])
            .expose_headers([CSRF_HEADER, header::RETRY_AFTER])
            .max_age(Duration::from_mins(10))
    }
}

enum Sent<'a> {
    No,
    Once(&'a [u8]),
    /// No browser does this.
    Twice,
}

fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Sent<'a> {
    let mut lines = headers.get_all(name).iter();
    match (lines.next(), lines.next()) {
        (None, _) => Sent::No,
        (Some(line), None) => Sent::Once(line.as_bytes()),
        (Some(_), Some(_)) => Sent::Twice,
    }
}

#[cfg(test)]
#[path = "origin_tests.rs"]
mod tests;
