//! Where services of others answer, and who else could read what is sent there.

use std::net::IpAddr;

use url::Url;

use super::reader::Reader;

/// Where a service answers, if not at its usual place.
pub(super) fn endpoint(reader: &mut Reader<'_>, variable: &'static str) -> Option<String> {
    let text = reader.text(variable, "(its own)")?;
    let url = Url::parse(&text).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
    match url {
        None => reader.refuse(variable, "must begin with http:// or https://"),
        Some(url) if !url.username().is_empty() || url.password().is_some() => {
            reader.refuse(variable, "must not hold a name or password");
        }
        Some(url) if url.query().is_some() || url.fragment().is_some() => {
            reader.refuse(variable, "must not hold a query");
        }
        Some(_) => {}
    }
    Some(text)
}

/// Whether others could read what is sent there.
pub(super) fn is_readable(endpoint: &str) -> bool {
    let url = Url::parse(endpoint).ok();
    url.is_some_and(|url| url.scheme() == "http" && !is_this_machine(url.host_str()))
}

/// An address of IPv6 without its brackets.
pub(super) fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Whether a host of a URL is the one that we run on.
pub(super) fn is_this_machine(host: Option<&str>) -> bool {
    let host = bare(host.unwrap_or_default());
    let address = host.parse::<IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}
