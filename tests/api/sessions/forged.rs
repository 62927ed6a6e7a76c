//! Cookies that no server of ours has made like this.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD as BASE64, Engine as _};
use futures::StreamExt as _;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::header::HeaderValue;
use serde_json::{Value, json};

use super::{SECRET, assert_ended, bare, sealed, tokens, under};
use crate::support::{Client, Server};

const ME: &str = "{ me { id } }";
const REFRESH: &str = "mutation { refresh }";

/// Sends every cookie, some at once; each must be refused like an ended session.
async fn assert_all_ended(client: &Client, cookies: Vec<Vec<u8>>) {
    let sendable = cookies
        .into_iter()
        .filter(|cookie| HeaderValue::from_bytes(cookie).is_ok());
    let tries = futures::stream::iter(sendable).map(|cookie| async move {
        let answer = under(client, &cookie, ME).await;
        assert_ended(&answer, &String::from_utf8_lossy(&cookie));
    });
    tries.buffer_unordered(16).collect::<Vec<()>>().await;
}

/// S2
#[tokio::test]
async fn a_cookie_with_any_bit_flipped_or_cut_anywhere_is_an_ended_session() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let cookie = anna.cookie.lock().unwrap().clone().unwrap().into_bytes();
    let start = "shotify=".len();
    let flip = |at: usize, bit: usize| {
        let mut flipped = cookie.clone();
        flipped[at] ^= 1 << bit;
        flipped
    };
    let mut broken = Vec::new();
    for at in start..cookie.len() {
        broken.push(flip(at, at % 8));
        broken.push(flip(at, (at + 3) % 7));
    }
    for at in (start..start + 8).chain(cookie.len() - 8..cookie.len()) {
        broken.extend((0..8).map(|bit| flip(at, bit)));
    }
    for length in (start..cookie.len())
        .step_by(11)
        .chain(cookie.len() - 4..cookie.len())
    {
        broken.push(cookie[..length].to_vec());
    }
    let value = &cookie[start..];
    for odd in [
        &b"shotify=\""[..],
        b"shotify=%00",
        b"shotify=\xff\xfe",
        b"shotify=====",
        b"shotify=e30",
    ] {
        broken.push(odd.to_vec());
    }
    broken.push([b"shotify=", value, value].concat());
    broken.push([b"shotify=A", value].concat());
    broken.push([&cookie[..], b"A"].concat());
    broken.push([b"shotify=", "A".repeat(20_000).as_bytes()].concat());
    let anna = bare(&anna);
    assert_all_ended(&anna, broken).await;
    under(&anna, &cookie, ME).await.data();
}

/// S2
#[tokio::test]
async fn a_cookie_under_another_name_is_none() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let cookie = anna.cookie.lock().unwrap().clone().unwrap();
    let value = cookie.strip_prefix("shotify=").unwrap();
    let anna = bare(&anna);
    for name in [
        "__Host-shotify",
        "Shotify",
        "shotify2",
        "xshotify",
        "session",
    ] {
        let answer = under(&anna, format!("{name}={value}").as_bytes(), ME).await;
        assert_eq!(answer.data()["me"], Value::Null, "{name}");
    }
    let beside = format!("theme=d\u{e4}mmerung; shotify=planted; {cookie}; other=1");
    under(&anna, beside.as_bytes(), ME).await.data();
}

/// S2
#[tokio::test]
async fn a_cookie_of_another_server_or_environment_is_an_ended_session() {
    let mine = Server::with(&[("SESSION_SECRETS", SECRET)]).await;
    let (theirs, anna) = (Server::start().await, mine.member("anna").await);
    let twin = theirs.member("anna").await;
    let foreign = twin.cookie.lock().unwrap().clone().unwrap();
    assert_ended(
        &under(&bare(&anna), foreign.as_bytes(), ME).await,
        "another server's",
    );
    let (access, refresh) = tokens(&anna);
    let anna = bare(&anna);
    let own = sealed("development", &access, &refresh);
    under(&anna, own.as_bytes(), ME).await.data();
    let production = sealed("production", &access, &refresh);
    assert_ended(
        &under(&anna, production.as_bytes(), ME).await,
        "another environment's",
    );
}

/// A token of these claims, signed with an empty key.
fn keyless(claims: &Value) -> String {
    let key = EncodingKey::from_secret(b"");
    encode(&Header::new(Algorithm::HS256), claims, &key).unwrap()
}

fn unsigned(header: &Value, claims: &str, signature: &str) -> String {
    let header = BASE64.encode(header.to_string());
    format!("{header}.{claims}.{signature}")
}

/// S3
#[tokio::test]
async fn tokens_that_are_not_signed_by_us_for_this_use_are_refused() {
    let server = Server::with(&[("SESSION_SECRETS", SECRET)]).await;
    let anna = server.member("anna").await;
    for (use_of, other, query) in [(0, 1, ME), (1, 0, REFRESH)] {
        let good = tokens(&anna);
        let pair = [good.0, good.1];
        let token = &pair[use_of];
        let [_, claims, signature]: [&str; 3] =
            token.split('.').collect::<Vec<_>>().try_into().unwrap();
        let read: Value = serde_json::from_slice(&BASE64.decode(claims).unwrap()).unwrap();
        let mut later = read.clone();
        later["exp"] = json!(4_000_000_000_i64);
        let later = BASE64.encode(later.to_string());
        let header = token.split('.').next().unwrap();
        let forged = [
            unsigned(&json!({ "alg": "none", "typ": "JWT" }), claims, ""),
            unsigned(&json!({ "alg": "None" }), claims, signature),
            unsigned(&json!({ "alg": "HS512", "typ": "JWT" }), claims, signature),
            unsigned(&json!({ "alg": "RS256", "typ": "JWT" }), claims, signature),
            keyless(&read),
            format!("{header}.{later}.{signature}"),
            pair[other].clone(),
            format!("{header}.{claims}."),
            String::new(),
            "..".to_owned(),
        ];
        for forgery in forged {
            let mut both = pair.clone();
            both[use_of].clone_from(&forgery);
            let cookie = sealed("development", &both[0], &both[1]);
            assert_ended(
                &under(&bare(&anna), cookie.as_bytes(), query).await,
                &forgery,
            );
        }
        anna.me().await.data();
    }
}
