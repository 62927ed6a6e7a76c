//! What the cookie looks like.

use reqwest::header::HeaderMap;
use shotify::domain::timestamp::Timestamp;
use shotify::http::session::SessionCookies;
use shotify::services::auth::SignedIn;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::support::{PASSWORD, Server};

/// Name, value and attributes in order.
fn parts(cookie: &str) -> (String, String, Vec<String>) {
    let mut pieces = cookie.split("; ").map(str::to_owned);
    let pair = pieces.next().unwrap();
    let (name, value) = pair.split_once('=').unwrap();
    let mut attributes: Vec<String> = pieces.collect();
    attributes.sort();
    (name.to_owned(), value.to_owned(), attributes)
}

fn time_of(text: &str) -> OffsetDateTime {
    OffsetDateTime::parse(&text.replace("GMT", "+0000"), &Rfc2822).unwrap()
}

fn only_cookie(headers: &HeaderMap) -> String {
    let all: Vec<_> = headers.get_all("set-cookie").iter().collect();
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].to_str().unwrap().to_owned()
}

/// S1
#[tokio::test]
async fn the_cookie_of_development_has_these_attributes_and_no_others() {
    let server = Server::start().await;
    let anna = server.registered("anna").await;
    for _ in 0..2 {
        let answer = anna.sign_in("anna@example.com", PASSWORD).await;
        let cookie = only_cookie(&answer.headers);
        let (name, value, mut attributes) = parts(&cookie);
        let expires = attributes.remove(0);
        assert_eq!(name, "shotify");
        assert_eq!(attributes, ["HttpOnly", "Path=/", "SameSite=Lax"]);
        assert!(name.len() + 1 + value.len() <= 4096 && value.len() > 200);
        let end = time_of(expires.strip_prefix("Expires=").unwrap());
        let now = time_of(answer.headers["date"].to_str().unwrap());
        let life = (end - now).whole_seconds() - 7 * 86_400;
        assert!((-5..=5).contains(&life), "{expires}");
        assert!(!value.contains("eyJ"), "tokens are sealed");
    }
    let cleared = anna.logout().await;
    let (name, value, attributes) = parts(&only_cookie(&cleared.headers));
    assert_eq!((name.as_str(), value.as_str()), ("shotify", ""));
    let expected = [
        "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "HttpOnly",
        "Max-Age=0",
        "Path=/",
        "SameSite=Lax",
    ];
    assert_eq!(attributes, expected);
}

/// S1: production cannot be spawned before there is a mailer for it, so its cookie is asked for in the library.
#[test]
fn the_cookie_of_production_is_bound_to_its_host_and_to_https() {
    let cookies = SessionCookies::new(&["k"], "production", true);
    let session = SignedIn {
        access: "a".repeat(400),
        refresh: "r".repeat(400),
        csrf: "c".to_owned(),
        expires: Timestamp::from_seconds(1_900_000_000),
    };
    let header = cookies.seal(&session).unwrap();
    let (name, value, attributes) = parts(header.to_str().unwrap());
    assert_eq!(name, "__Host-shotify");
    let expected = [
        "Expires=Sun, 17 Mar 2030 17:46:40 GMT",
        "HttpOnly",
        "Path=/",
        "SameSite=Lax",
        "Secure",
    ];
    assert_eq!(attributes, expected);
    assert!(name.len() + 1 + value.len() <= 4096);
    let header = cookies.clear().unwrap();
    let (_, value, attributes) = parts(header.to_str().unwrap());
    assert_eq!(value, "");
    assert!(attributes.contains(&"Secure".to_owned()) && attributes.contains(&"Path=/".to_owned()));
}

/// S1
#[tokio::test]
async fn only_sign_in_refresh_and_sign_out_set_a_cookie() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    assert!(anna.me().await.headers.get("set-cookie").is_none());
    let refreshed = anna.refresh().await;
    only_cookie(&refreshed.headers);
    assert!(refreshed.headers.contains_key("x-csrf-token"));
    let failed = server.guest().sign_in("anna@example.com", "wrong").await;
    assert!(failed.headers.get("set-cookie").is_none());
    assert!(failed.headers.get("x-csrf-token").is_none());
    only_cookie(&anna.logout_all().await.headers);
}
