//! What adapters have in common that call a service of others by HTTP: where it is, a client, and how its answers
//! are read.

use std::error::Error;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use rustls::crypto::CryptoProvider;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use url::{Host, Url};

use crate::domain::timestamp::Timestamp;

/// Nobody is told to wait longer; what asks for more is a mistake.
pub(super) const LONGEST: Duration = Duration::from_hours(24);
/// Characters of a foreign sentence that are kept.
const TOLD: usize = 300;

/// Where a service answers, or its stand-in.
pub(super) struct Place {
    /// The method that is called.
    pub url: Url,
    /// Whether it is a stand-in on this machine.
    pub loopback: bool,
}

impl Place {
    /// The method at `path` of the service at `base`. Plain http is for loopback addresses alone: keys and tokens
    /// would be readable on any other way.
    pub fn parse(base: &str, path: &str) -> Result<Self, &'static str> {
        let base = base.trim_end_matches('/');
        let url = Url::parse(&format!("{base}{path}")).map_err(|_| "is not a URL")?;
        let loopback = is_loopback(&url);
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            _ => return Err("must begin with https://, http:// is for loopback addresses only"),
        }
        Ok(Self { url, loopback })
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

/// A client that waits so long for a connection at most, and follows no redirects.
pub(super) fn client(connect: Duration, loopback: bool) -> Result<Client, String> {
    // The client would panic.
    if CryptoProvider::get_default().is_none() {
        return Err("rustls has no provider of cryptography".to_owned());
    }
    let mut client = Client::builder()
        .connect_timeout(connect)
        .redirect(Policy::none())
        .user_agent(concat!("shotify/", env!("CARGO_PKG_VERSION")));
    if loopback {
        // A proxy of the environment would look for the stand-in on its own machine.
        client = client.no_proxy();
    }
    client.build().map_err(|error| chain(&error))
}

/// Why a body could not be read.
pub(super) enum Unread {
    /// The connection failed.
    Broken(reqwest::Error),
    /// It is longer than it may be.
    TooLong,
}

/// Reads the body, up to so many bytes.
pub(super) async fn read(mut response: Response, most: usize) -> Result<Bytes, Unread> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(Unread::Broken)? {
        if body.len() + chunk.len() > most {
            return Err(Unread::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// How long the other side asks to wait, by its `Retry-After`.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    asked(headers.get(RETRY_AFTER)?.to_str().ok()?, now)
}

/// The span of a `Retry-After`: seconds, or a date of HTTP as it is written today. What is neither is as if not sent.
fn asked(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds = header.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(LONGEST));
    }
    let date = OffsetDateTime::parse(header, &Rfc2822).ok()?;
    let date = Timestamp::from_seconds(date.unix_timestamp());
    Some(date.since(now).min(LONGEST))
}

/// What went wrong with a connection, without its address.
pub(super) fn broken(error: reqwest::Error) -> String {
    told(&chain(&error.without_url()))
}

/// A foreign sentence, short and on one line.
pub(super) fn told(message: &str) -> String {
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    message.chars().map(visible).take(TOLD).collect()
}

/// An error with what caused it: the client's own sentence does not say.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn plain_http_stays_on_this_machine() {
        for good in [
            "http://127.0.0.1:81",
            "http://[::1]:81/",
            "http://localhost",
        ] {
            assert!(Place::parse(good, "/a").unwrap().loopback, "{good}");
        }
        let far = Place::parse("https://api.example/", "/v1/b").unwrap();
        assert!(!far.loopback && far.url.as_str() == "https://api.example/v1/b");
        for bad in [
            "http://api.example",
            "http://localhost.example",
            "http://10.0.0.1",
            "ftp://localhost",
            "api",
        ] {
            assert!(Place::parse(bad, "/a").is_err(), "{bad}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        // Sun, 06 Nov 1994 08:49:37 GMT
        let now = Timestamp::from_seconds(784_111_777);
        let asked = |header| asked(header, now);
        assert_eq!(asked("2"), Some(2 * SECOND));
        assert_eq!(asked(" 0 "), Some(Duration::ZERO));
        assert_eq!(asked("99999999999999999999999"), Some(LONGEST));
        assert_eq!(asked("Sun, 06 Nov 1994 08:50:37 GMT"), Some(60 * SECOND));
        assert_eq!(asked("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        for odd in ["", "-1", "1.5", "soon", "Sunday, 06-Nov-94 08:49:37 GMT"] {
            assert_eq!(asked(odd), None, "{odd}");
        }
    }

    #[test]
    fn foreign_sentences_are_short_and_on_one_line() {
        assert_eq!(told("a\r\nb"), "a  b");
        assert_eq!(told(&"é".repeat(999)).chars().count(), TOLD);
    }
}
