//! The session cookie: only what this server has sealed opens, and nothing is a fault.

use std::sync::OnceLock;

use axum::http::{HeaderMap, HeaderValue, header};
use shotify::domain::timestamp::Timestamp;
use shotify::graphql::context::Cookie;
use shotify::http::session::SessionCookies;
use shotify::services::auth::SignedIn;

const ACCESS: &str = "access.token.of-the-fuzzed-session";
const REFRESH: &str = "refresh.token.of-the-fuzzed-session";

fn cookies() -> &'static SessionCookies {
    static COOKIES: OnceLock<SessionCookies> = OnceLock::new();
    COOKIES
        .get_or_init(|| SessionCookies::new(&["the key that signs", "an older key"], "fuzz", false))
}

/// A cookie as a browser would send it.
fn genuine() -> Vec<u8> {
    let session = SignedIn {
        access: ACCESS.to_owned(),
        refresh: REFRESH.to_owned(),
        csrf: String::new(),
        expires: Timestamp::from_seconds(4_000_000_000),
    };
    let header = cookies().seal(&session).expect("it fits a cookie");
    let pair = header.as_bytes().split(|byte| *byte == b';').next();
    pair.expect("a header begins with its pair").to_vec()
}

/// Opens these bytes as a `Cookie` header.
pub fn run(data: &[u8]) {
    let Ok(line) = HeaderValue::from_bytes(data) else {
        return;
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::COOKIE, line);
    let opened = cookies().open(&headers);
    match opened.cookie {
        Cookie::Tokens { access, refresh } => {
            assert_eq!((access.as_str(), refresh.as_str()), (ACCESS, REFRESH));
        }
        Cookie::Absent | Cookie::Broken => assert!(opened.renewed.is_none()),
    }
}

/// A genuine cookie, alone and among others.
pub fn seeds() -> Vec<Vec<u8>> {
    let cookie = genuine();
    vec![
        [b"theme=dark; ", &cookie[..], b"; x=y"].concat(),
        [b"shotify=planted; ", &cookie[..]].concat(),
        b"shotify=e30".to_vec(),
        cookie,
    ]
}
