//! The headers of every answer, and methods that no path knows.

use reqwest::{Method, RequestBuilder, Response};

use crate::support::{Client, Server};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let value = response.headers().get(name);
    value.map_or("", |value| value.to_str().unwrap())
}

fn post(client: &Client, content_type: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
    let request = client.request(Method::POST, "/query");
    request.header("content-type", content_type).body(body)
}

fn form(client: &Client, path: &str, content_type: &str, body: String) -> RequestBuilder {
    let request = client.request(Method::POST, path);
    request.header("content-type", content_type).body(body)
}

/// Requests that are answered with 200.
fn good(guest: &Client) -> Vec<(u16, RequestBuilder)> {
    let paths = [
        "/",
        "/healthz",
        "/readyz",
        "/schema.graphql",
        "/dev/mailbox",
        "/dev/mailbox.json",
        "/validate?token=x",
        "/reset?token=x",
    ];
    let pages = paths.map(|path| (200, guest.request(Method::GET, path)));
    let mut all = Vec::from(pages);
    all.push((200, post(guest, JSON, r#"{"query":"{ __typename }"}"#)));
    all.push((200, post(guest, JSON, r#"{"query":"{ nothing }"}"#)));
    all
}

/// Requests that are refused, with the status.
fn bad(guest: &Client) -> Vec<(u16, RequestBuilder)> {
    let get = |path: &str| guest.request(Method::GET, path);
    let foreign = form(guest, "/validate", FORM, "token=x".into());
    vec![
        (400, post(guest, JSON, "{")),
        (400, get("/query")),
        (401, get("/media/1/preview")),
        (403, foreign.header("origin", "https://evil.example")),
        (404, get("/nothing")),
        (404, get("/query/playground/assets/nothing.js")),
        (404, get("/%ff%00")),
        (404, get("/..%2f..%2fetc/passwd")),
        (405, get("/query?query=mutation%7Brefresh%7D")),
        (405, guest.request(Method::PUT, "/query")),
        (405, guest.request(Method::DELETE, "/")),
        (405, guest.request(Method::POST, "/schema.graphql")),
        (405, guest.request(Method::TRACE, "/query")),
        (
            406,
            get("/query?query=%7B__typename%7D").header("accept", "text/html"),
        ),
        (413, post(guest, JSON, "x".repeat(2 << 20))),
        (413, form(guest, "/reset", FORM, "x".repeat(64 << 10))),
        (415, post(guest, "text/plain", "{ __typename }")),
        (415, form(guest, "/reset", JSON, "{}".into())),
    ]
}

/// H1: HSTS is sent in production alone, which `http/router_tests.rs` looks at.
#[tokio::test]
async fn every_answer_whatever_its_status_has_the_headers_that_protect() {
    let server = Server::start().await;
    let guest = server.guest();
    for (status, request) in good(&guest).into_iter().chain(bad(&guest)) {
        let response = guest.send(request).await;
        let what = format!("{status} {}", response.url().path());
        assert_eq!(response.status().as_u16(), status, "{what}");
        let policy = header(&response, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{what}: {policy}");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{what}: {policy}"
        );
        for (name, expected) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("cache-control", "no-store"),
            ("server", ""),
            ("strict-transport-security", ""),
        ] {
            assert_eq!(header(&response, name), expected, "{what}: {name}");
        }
        assert!(!header(&response, "x-request-id").is_empty(), "{what}");
    }
}

/// H3
#[tokio::test]
async fn nothing_that_graphql_answers_is_stored() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    for body in [
        r#"{"query":"{ me { email } }"}"#,
        "{",
        r#"{"query":"{ images { id } }"}"#,
    ] {
        let response = anna.send(post(&anna, JSON, body)).await;
        assert_eq!(header(&response, "cache-control"), "no-store", "{body}");
        assert_eq!(
            header(&response, "content-type"),
            "application/json; charset=utf-8"
        );
    }
    let by_url = anna.get("/query?query=%7Bme%7Bemail%7D%7D").await;
    assert_eq!(header(&by_url, "cache-control"), "no-store");
}

/// H3
#[tokio::test]
async fn odd_methods_are_refused_and_nothing_is_echoed() {
    let server = Server::start().await;
    let guest = server.guest();
    for method in [
        "TRACE", "TRACK", "PATCH", "PROPFIND", "DEBUG", "PUT", "DELETE", "BREW",
    ] {
        for path in ["/", "/query", "/healthz", "/media/1/preview", "/nothing"] {
            let line = format!("{method} {path} HTTP/1.1");
            let answer = guest.send_raw(&[&line, "X-Secret: canary-4711"], b"").await;
            assert_eq!(answer.status, 405, "{line}");
            assert!(answer.header("allow").is_some(), "{line}");
            assert!(
                !answer.head.contains("canary") && !answer.body.contains("canary"),
                "{line}"
            );
        }
    }
}

/// G6 H3
#[tokio::test]
async fn a_mutation_by_url_has_no_effect() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let answer = anna.get("/query?query=mutation%7Blogout%7D").await;
    assert_eq!(answer.status(), 405);
    assert_eq!(header(&answer, "allow"), "POST");
    anna.me().await.data();
}

/// H3
#[tokio::test]
async fn health_is_told_and_metrics_are_somewhere_else() {
    let server = Server::start().await;
    let guest = server.guest();
    for (path, text) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let answer = guest.get(path).await;
        assert_eq!(
            (
                answer.status().as_u16(),
                answer.text().await.unwrap().as_str()
            ),
            (200, text)
        );
    }
    assert_eq!(guest.get("/metrics").await.status(), 404);
    let metrics = reqwest::get(format!("{}/metrics", server.metrics))
        .await
        .unwrap();
    let text = metrics.text().await.unwrap();
    assert!(text.contains("http_requests_total{"), "{text}");
    let query = reqwest::get(format!("{}/query", server.metrics))
        .await
        .unwrap();
    assert_eq!(query.status(), 404);
}

#[tokio::test]
async fn a_plain_request_id_is_taken_over_and_any_other_replaced() {
    let server = Server::start().await;
    let guest = server.guest();
    for (sent, taken) in [
        ("abc-1.2_3", true),
        ("a b", false),
        ("a\"b", false),
        (&"x".repeat(65), false),
    ] {
        let request = guest
            .request(Method::GET, "/healthz")
            .header("x-request-id", sent);
        let answer = guest.send(request).await;
        assert_eq!(header(&answer, "x-request-id") == sent, taken, "{sent}");
    }
}
