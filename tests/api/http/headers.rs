//! The headers of every answer, and methods that no path knows.

use reqwest::{Method, RequestBuilder, Response};

use crate::support::{Client, Server};

const JSON: &str = "application/json";

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let value = response.headers().get(name);
    value.map_or("", |value| value.to_str().unwrap())
}

fn post(client: &Client, content_type: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
    let request = client.request(Method::POST, "/query");
    request.header("content-type", content_type).body(body)
}

/// H1: HSTS is sent in production alone, which `http/router_tests.rs` looks at.
#[tokio::test]
async fn every_answer_whatever_its_status_has_the_headers_that_protect() {
    let server = Server::start().await;
    let guest = server.guest();
    let get = |path: &str| guest.request(Method::GET, path);
    let requests = [
        (200, post(&guest, JSON, r#"{"query":"{ __typename }"}"#)),
        (200, post(&guest, JSON, r#"{"query":"{ nothing }"}"#)),
        (200, get("/")),
        (200, get("/healthz")),
        (200, get("/readyz")),
        (200, get("/schema.graphql")),
        (200, get("/dev/mailbox")),
        (200, get("/dev/mailbox.json")),
        (200, get("/validate?token=x")),
        (200, get("/reset?token=x")),
        (400, post(&guest, JSON, "{")),
        (400, get("/query")),
        (
            403,
            guest
                .request(Method::POST, "/validate")
                .header("origin", "https://evil.example")
                .header("content-type", "application/x-www-form-urlencoded")
                .body("token=x"),
        ),
        (404, get("/nothing")),
        (401, get("/media/1/preview")),
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
        (413, post(&guest, JSON, "x".repeat(2 << 20))),
        (
            413,
            guest
                .request(Method::POST, "/reset")
                .header("content-type", "application/x-www-form-urlencoded")
                .body("x".repeat(64 << 10)),
        ),
        (
            415,
            post(&guest, "text/plain", r#"{"query":"{ __typename }"}"#),
        ),
        (
            415,
            guest
                .request(Method::POST, "/reset")
                .header("content-type", JSON)
                .body("{}"),
        ),
    ];
    for (status, request) in requests {
        let response = guest.send(request).await;
        let what = format!("{status} {}", response.url().path());
        assert_eq!(response.status().as_u16(), status, "{what}");
        let policy = header(&response, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{what}: {policy}");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{what}: {policy}"
        );
        assert_eq!(
            header(&response, "x-content-type-options"),
            "nosniff",
            "{what}"
        );
        assert_eq!(
            header(&response, "referrer-policy"),
            "no-referrer",
            "{what}"
        );
        assert_eq!(header(&response, "x-frame-options"), "DENY", "{what}");
        assert_eq!(header(&response, "cache-control"), "no-store", "{what}");
        assert_eq!(header(&response, "server"), "", "{what}");
        assert!(!header(&response, "x-request-id").is_empty(), "{what}");
        assert_eq!(header(&response, "strict-transport-security"), "", "{what}");
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
