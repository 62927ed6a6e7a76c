//! Which origins may read answers.

use reqwest::{Method, Response};
use serde_json::json;

use crate::support::{Client, Server};

const SHOP: &str = "https://shop.example";
const OTHER: &str = "http://localhost:5173";

/// Origins that resemble an allowed one.
const STRANGERS: [&str; 14] = [
    "null",
    "",
    "*",
    "https://evil.example",
    "https://shop.example.evil.example",
    "https://evilshop.example",
    "https://sub.shop.example",
    "https://shop.example:443",
    "https://shop.example:8443",
    "http://shop.example",
    "https://shop.example/",
    "https://SHOP.EXAMPLE",
    "http://localhost",
    "https://localhost:5173",
];

async fn server() -> Server {
    Server::with(&[("ALLOWED_ORIGINS", &format!("{SHOP}, {OTHER}"))]).await
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
}

async fn ask(client: &Client, origin: &str) -> Response {
    let request = client
        .request(Method::POST, "/query")
        .header("origin", origin);
    client
        .send(request.json(&json!({ "query": "{ __typename }" })))
        .await
}

async fn preflight(client: &Client, origin: &str) -> Response {
    let request = client.request(Method::OPTIONS, "/query");
    let request = request
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "content-type,x-csrf-token",
        );
    client.send(request).await
}

fn varies_by_origin(response: &Response) -> bool {
    let lines = response.headers().get_all("vary").iter();
    lines
        .flat_map(|line| line.to_str().unwrap().split(','))
        .any(|name| name.trim().eq_ignore_ascii_case("origin"))
}

/// H2
#[tokio::test]
async fn an_allowed_origin_may_read_answers_with_credentials() {
    let server = server().await;
    let guest = server.guest();
    for origin in [SHOP, OTHER] {
        let answer = ask(&guest, origin).await;
        assert_eq!(header(&answer, "access-control-allow-origin"), Some(origin));
        assert_eq!(
            header(&answer, "access-control-allow-credentials"),
            Some("true")
        );
        let exposed = header(&answer, "access-control-expose-headers").unwrap();
        assert!(exposed.contains("x-csrf-token"), "{exposed}");
        assert!(varies_by_origin(&answer));
        let allowed = preflight(&guest, origin).await;
        assert!(allowed.status().is_success());
        assert_eq!(
            header(&allowed, "access-control-allow-origin"),
            Some(origin)
        );
        assert_eq!(
            header(&allowed, "access-control-allow-credentials"),
            Some("true")
        );
        let headers = header(&allowed, "access-control-allow-headers").unwrap();
        assert!(headers.contains("content-type") && headers.contains("x-csrf-token"));
        assert!(
            header(&allowed, "access-control-allow-methods")
                .unwrap()
                .contains("POST")
        );
    }
}

/// H2
#[tokio::test]
async fn no_other_origin_may_read_anything() {
    let server = server().await;
    let guest = server.guest();
    for origin in STRANGERS {
        for answer in [ask(&guest, origin).await, preflight(&guest, origin).await] {
            assert_eq!(
                header(&answer, "access-control-allow-origin"),
                None,
                "{origin}"
            );
            assert!(varies_by_origin(&answer), "{origin}");
        }
    }
}

/// H2
#[tokio::test]
async fn refusals_vary_by_origin_as_well() {
    let server = server().await;
    let guest = server.guest();
    for path in [
        "/nothing",
        "/media/1/preview",
        "/healthz",
        "/schema.graphql",
    ] {
        let request = guest.request(Method::GET, path).header("origin", SHOP);
        let answer = guest.send(request).await;
        assert_eq!(
            header(&answer, "access-control-allow-origin"),
            Some(SHOP),
            "{path}"
        );
        let bare = guest.get(path).await;
        assert!(varies_by_origin(&bare), "{path}");
        assert_eq!(header(&bare, "access-control-allow-origin"), None, "{path}");
    }
}

/// H2
#[tokio::test]
async fn without_allowed_origins_nobody_may_read() {
    let server = Server::start().await;
    let guest = server.guest();
    for origin in [SHOP, crate::support::PUBLIC_URL, "null"] {
        let answer = ask(&guest, origin).await;
        assert_eq!(
            header(&answer, "access-control-allow-origin"),
            None,
            "{origin}"
        );
    }
}
