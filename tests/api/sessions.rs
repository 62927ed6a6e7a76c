//! Sessions from outside: the cookie, its rotation and its end, and who may act in its name.

mod attributes;
mod csrf;
mod forged;
mod lifetimes;
mod origins;
mod rotation;
mod secrets;

use std::collections::BTreeSet;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::json;
use shotify::domain::timestamp::Timestamp;
use shotify::graphql::context::Cookie;
use shotify::http::session::SessionCookies;
use shotify::services::auth::SignedIn;

use crate::support::{Answer, Client, Server};

const SECRET: &str = "the only key of this test server";

/// The fields of `Query` and `Mutation` in the schema.
fn operations() -> BTreeSet<String> {
    let document = parse_schema(include_str!("../../schema.graphql")).unwrap();
    let mut fields = BTreeSet::new();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let root = matches!(definition.node.name.node.as_str(), "Query" | "Mutation");
        if let (true, TypeKind::Object(object)) = (root, &definition.node.kind) {
            fields.extend(object.fields.iter().map(|f| f.node.name.to_string()));
        }
    }
    fields
}

/// A query under this very cookie header, which the client forgets again.
async fn under(client: &Client, cookie: &[u8], query: &str) -> Answer {
    let request = client.request(Method::POST, "/query");
    let request = request.header("cookie", cookie);
    let request = request.json(&json!({ "query": query }));
    Answer::of(request.send().await.unwrap()).await
}

/// The same member's token, without the cookie.
fn bare(client: &Client) -> Client {
    let bare = client.another_tab();
    *bare.cookie.lock().unwrap() = None;
    bare
}

/// The same person at a server begun anew on the same data.
fn moved(client: &Client, server: &Server) -> Client {
    let moved = server.guest();
    let (cookie, csrf) = (client.cookie.lock().unwrap(), client.csrf.lock().unwrap());
    moved.cookie.lock().unwrap().clone_from(&cookie);
    moved.csrf.lock().unwrap().clone_from(&csrf);
    drop((cookie, csrf));
    moved
}

/// The tokens in a client's cookie, which a server with [`SECRET`] has sealed.
fn tokens(client: &Client) -> (String, String) {
    let mut headers = HeaderMap::new();
    let cookie = client.cookie.lock().unwrap().clone().unwrap();
    headers.insert("cookie", cookie.parse().unwrap());
    let cookies = SessionCookies::new(&[SECRET], "development", false);
    match cookies.open(&headers).cookie {
        Cookie::Tokens { access, refresh } => (access, refresh),
        Cookie::Absent | Cookie::Broken => panic!("the cookie does not open"),
    }
}

/// A cookie around tokens, as a server of this environment with [`SECRET`] would seal it.
fn sealed(environment: &str, access: &str, refresh: &str) -> String {
    let cookies = SessionCookies::new(&[SECRET], environment, false);
    let session = SignedIn {
        access: access.to_owned(),
        refresh: refresh.to_owned(),
        csrf: String::new(),
        expires: Timestamp::from_seconds(4_000_000_000),
    };
    let header = cookies.seal(&session).unwrap();
    let pair = header.to_str().unwrap().split(';').next().unwrap();
    pair.to_owned()
}

/// A refusal that leaves the client's cookie alone.
#[track_caller]
fn assert_ended(answer: &Answer, what: &str) {
    assert_eq!(answer.code(), "UNAUTHENTICATED", "{what}");
    assert!(answer.status.is_success(), "{what}: {}", answer.status);
    assert!(answer.headers.get("set-cookie").is_none(), "{what}");
}
