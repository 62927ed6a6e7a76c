//! What adapters have in common that call a service of others by HTTP: where it is, a client, and how its answers
//! are read.

mod place;

use std::error::Error;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use rustls::crypto::CryptoProvider;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::domain::timestamp::Timestamp;

pub(super) use place::Place;

/// Nobody is told to wait longer; what asks for more is a mistake.
pub(super) const LONGEST: Duration = Duration::from_hours(24);
/// Characters of a foreign sentence that are kept.
const TOLD: usize = 300;

/// Whether there is a provider of cryptography; without one, clients and credentials panic.
pub(super) fn can_encrypt() -> Result<(), String> {
    match CryptoProvider::get_default() {
        Some(_) => Ok(()),
        None => Err("rustls has no provider of cryptography".to_owned()),
    }
}

/// A client that waits so long for a connection at most, and follows no redirects.
pub(super) fn client(connect: Duration, loopback: bool) -> Result<Client, String> {
    can_encrypt()?;
    let mut client = Client::builder()
        .connect_timeout(connect)
        .redirect(Policy::none())
        .user_agent(concat!("shotify/", env!("CARGO_PKG_VERSION")));
    if loopback {
        // A proxy of the environment would look for the stand-in on its own machine.
        client = client.no_proxy();
    }
    client.build().map_err(|error| causes(&error))
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

/// What went wrong with a connection.
pub(super) fn broken(error: &(dyn Error + 'static)) -> String {
    told(&causes(error))
}

/// A foreign sentence, short and on one line.
pub(super) fn told(message: &str) -> String {
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    message.chars().map(visible).take(TOLD).collect()
}

/// An error with what caused it: the client's own sentence does not say. Where it was going is left out.
pub(super) fn causes(error: &(dyn Error + 'static)) -> String {
    let all = std::iter::successors(Some(error), |&error| error.source());
    let told = all.map(|error| match error.downcast_ref::<reqwest::Error>() {
        Some(client) => kind(client).to_owned(),
        None => error.to_string(),
    });
    told.collect::<Vec<_>>().join(": ")
}

/// The client's own sentence names the URL.
fn kind(error: &reqwest::Error) -> &'static str {
    if error.is_connect() {
        "it cannot be reached"
    } else if error.is_timeout() {
        "it took too long"
    } else if error.is_body() || error.is_decode() {
        "its body broke off"
    } else {
        "the request failed"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

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
