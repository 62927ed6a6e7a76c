//! - `HTTP_ADDR` (127.0.0.1:8080) and `METRICS_ADDR` (127.0.0.1:9464): the two listeners; port 0 takes a free one.
//! - `PUBLIC_URL` (`http://localhost:8080`): the base of every link; in production it must be https.
//! - `ALLOWED_ORIGINS` (none): exact origins for CORS; `*` and `null` are refused in production.
//! - `TRUSTED_PROXIES` (none): addresses or CIDRs whose `X-Forwarded-For` is believed.
//! - `PLAYGROUND`, `INTROSPECTION` (on in development, off in production).

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use url::Url;

use super::environment::Environment;
use super::reader::Reader;

/// How the server is reached and what it shows of itself.
#[derive(Debug, Clone)]
pub struct Listen {
    /// The API.
    pub http: SocketAddr,
    /// `/metrics`.
    pub metrics: SocketAddr,
    /// Base of every link: scheme and authority, without a slash at its end. It is also the server's own origin.
    pub public_url: String,
    /// Exact origins; in development also `*` (any) and `null`.
    pub allowed_origins: Vec<String>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// `GET /query/playground`.
    pub playground: bool,
    /// Schema introspection and suggestions.
    pub introspection: bool,
}

pub(super) fn read(reader: &mut Reader<'_>, environment: Environment) -> Listen {
    let development = !environment.is_production();
    let address = "must be an address and a port such as 127.0.0.1:8080";
    let parse = |text: &str| text.parse().ok();
    Listen {
        http: reader.parsed("HTTP_ADDR", "127.0.0.1:8080", address, parse),
        metrics: reader.parsed("METRICS_ADDR", "127.0.0.1:9464", address, parse),
        public_url: public_url(reader, environment),
        allowed_origins: allowed_origins(reader, environment),
        trusted_proxies: reader.list(
            "TRUSTED_PROXIES",
            "must be addresses or CIDRs such as 10.0.0.0/8, separated by commas",
            network,
        ),
        playground: reader.switch("PLAYGROUND", development),
        introspection: reader.switch("INTROSPECTION", development),
    }
}

fn public_url(reader: &mut Reader<'_>, environment: Environment) -> String {
    let expected = "must be http:// or https:// and a host, without path, query or user";
    let url = reader.parsed("PUBLIC_URL", "http://localhost:8080", expected, base);
    if environment.is_production() && !url.starts_with("https://") {
        reader.refuse("PUBLIC_URL", "must begin with https:// in production");
    }
    url
}

/// A URL that is nothing but an origin, as browsers write it.
fn base(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let web = matches!(url.scheme(), "http" | "https");
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    (web && bare && anonymous).then(|| url.origin().ascii_serialization())
}

fn allowed_origins(reader: &mut Reader<'_>, environment: Environment) -> Vec<String> {
    let expected = "must be exact origins such as https://shop.example, separated by commas";
    let origins = reader.list("ALLOWED_ORIGINS", expected, |text| match text {
        "*" | "null" => Some(text.to_owned()),
        _ => base(text).filter(|origin| origin == text),
    });
    let open = origins
        .iter()
        .any(|origin| origin == "*" || origin == "null");
    if environment.is_production() && open {
        let message = "must name exact origins in production, neither * nor null";
        reader.refuse("ALLOWED_ORIGINS", message);
    }
    origins
}

fn network(text: &str) -> Option<IpNet> {
    let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse().ok().or_else(address)
}
