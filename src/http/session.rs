//! The session cookie: the pair of tokens, sealed by AES-256-GCM under keys derived from the session secrets.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie as HttpCookie, CookieJar, Key, SameSite, time};
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::domain::timestamp::Timestamp;
use crate::graphql::context::Cookie;
use crate::services::auth::SignedIn;

/// What browsers keep of a cookie, name included.
const MOST_BYTES: usize = 4096;
/// Cookies of our name that are looked at in one request: a sibling site may have set more.
const MOST_TRIED: usize = 8;

/// Seals and opens session cookies.
#[derive(Clone)]
pub struct SessionCookies {
    keys: Vec<Key>,
    name: &'static str,
    secure: bool,
}

/// What a cookie holds.
#[derive(Clone, Serialize, Deserialize)]
struct Sealed {
    #[serde(rename = "a")]
    access: String,
    #[serde(rename = "r")]
    refresh: String,
    /// End of the session in seconds, to seal it again with the same end.
    #[serde(rename = "e")]
    expires: i64,
}

/// The session cookie of a request.
pub struct Opened {
    /// What it holds.
    pub cookie: Cookie,
    /// The same sealed under the first key, where it came under another.
    pub renewed: Option<HeaderValue>,
}

impl SessionCookies {
    /// The first of `secrets` seals, all open. `environment` is part of the keys, so that a cookie of one environment
    /// is nothing in another. In production the name is `__Host-shotify` and the cookie Secure.
    #[must_use]
    pub fn new<S: AsRef<str>>(secrets: &[S], environment: &str, production: bool) -> Self {
        Self {
            keys: secrets
                .iter()
                .map(|secret| derive(secret.as_ref(), environment))
                .collect(),
            name: if production {
                "__Host-shotify"
            } else {
                "shotify"
            },
            secure: production,
        }
    }

    /// The first cookie of our name that opens. Whatever else was sent is `Broken`, never an error.
    #[must_use]
    pub fn open(&self, headers: &HeaderMap) -> Opened {
        let sent = self.sent(headers);
        for value in sent.iter().take(MOST_TRIED) {
            for (place, key) in self.keys.iter().enumerate() {
                if let Some(sealed) = self.unseal(key, value) {
                    return self.opened(sealed, place > 0);
                }
            }
        }
        let cookie = if sent.is_empty() {
            Cookie::Absent
        } else {
            Cookie::Broken
        };
        Opened {
            cookie,
            renewed: None,
        }
    }

    /// `Set-Cookie` for a new session; none in the impossible case that it does not fit a cookie.
    #[must_use]
    pub fn seal(&self, session: &SignedIn) -> Option<HeaderValue> {
        self.sealed(&Sealed {
            access: session.access.clone(),
            refresh: session.refresh.clone(),
            expires: session.expires.seconds(),
        })
    }

    /// `Set-Cookie` that makes the browser forget the session.
    #[must_use]
    pub fn clear(&self) -> Option<HeaderValue> {
        let mut cookie = self.blank(String::new());
        cookie.set_max_age(time::Duration::ZERO);
        cookie.set_expires(time::OffsetDateTime::UNIX_EPOCH);
        header_of(&cookie)
    }

    /// As bytes: what other cookies of the line hold, in whatever encoding, is nothing to us.
    fn sent<'a>(&self, headers: &'a HeaderMap) -> Vec<&'a [u8]> {
        let lines = headers.get_all(header::COOKIE).iter();
        let pairs = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
        pairs
            .filter_map(|pair| {
                let named = pair.trim_ascii().strip_prefix(self.name.as_bytes())?;
                named.strip_prefix(b"=")
            })
            .collect()
    }

    fn opened(&self, sealed: Sealed, stale: bool) -> Opened {
        let renewed = stale.then(|| self.sealed(&sealed)).flatten();
        let cookie = Cookie::Tokens {
            access: sealed.access,
            refresh: sealed.refresh,
        };
        Opened { cookie, renewed }
    }

    fn unseal(&self, key: &Key, value: &[u8]) -> Option<Sealed> {
        let value = str::from_utf8(value).ok()?;
        let cookie = HttpCookie::new(self.name, value.to_owned());
        let plain = CookieJar::new().private(key).decrypt(cookie)?;
        serde_json::from_str(plain.value()).ok()
    }

    fn sealed(&self, content: &Sealed) -> Option<HeaderValue> {
        let json = serde_json::to_string(content).ok()?;
        let mut jar = CookieJar::new();
        jar.private_mut(self.keys.first()?).add(self.blank(json));
        let mut cookie = jar.get(self.name)?.clone();
        let end = Timestamp::from_seconds(content.expires).seconds();
        cookie.set_expires(time::OffsetDateTime::from_unix_timestamp(end).ok()?);
        if self.name.len() + 1 + cookie.value().len() > MOST_BYTES {
            tracing::error!("a session does not fit a cookie");
            return None;
        }
        header_of(&cookie)
    }

    fn blank(&self, value: String) -> HttpCookie<'static> {
        HttpCookie::build((self.name, value))
            .path("/")
            .http_only(true)
            .secure(self.secure)
            .same_site(SameSite::Lax)
            .build()
    }
}

/// 64 bytes of HKDF-SHA256, one purpose and environment each.
fn derive(secret: &str, environment: &str) -> Key {
    let mut bytes = [0; 64];
    Hkdf::<Sha256>::new(None, secret.as_bytes())
        .expand(
            format!("shotify session cookie, {environment}").as_bytes(),
            &mut bytes,
        )
        .expect("64 bytes are far below what HKDF can give");
    Key::from(&bytes)
}

fn header_of(cookie: &HttpCookie<'_>) -> Option<HeaderValue> {
    HeaderValue::from_str(&cookie.to_string()).ok()
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
