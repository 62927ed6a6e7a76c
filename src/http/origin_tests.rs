use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use axum::routing::post;
use tower::ServiceExt as _;

use super::*;

fn sites(allowed: &[&str]) -> Sites {
    let allowed = allowed.iter().map(ToString::to_string).collect();
    Sites::new("https://shop.example".to_owned(), allowed)
}

fn admits(site: Option<&str>, origin: Option<&str>) -> bool {
    let mut headers = HeaderMap::new();
    if let Some(site) = site {
        headers.insert(SEC_FETCH_SITE, site.parse().unwrap());
    }
    if let Some(origin) = origin {
        headers.insert(header::ORIGIN, origin.parse().unwrap());
    }
    sites(&["https://app.shop.example"]).admits(&headers)
}

/// S10
#[test]
fn our_own_pages_known_origins_and_no_browser_pass() {
    for (site, origin) in [
        (None, None),
        (Some("same-origin"), None),
        (Some("none"), None),
        (Some("same-origin"), Some("null")),
        (None, Some("https://shop.example")),
        (Some("same-site"), Some("https://app.shop.example")),
        (Some("cross-site"), Some("https://app.shop.example")),
    ] {
        assert!(admits(site, origin), "{site:?} {origin:?}");
    }
}

/// S10
#[test]
fn other_sites_do_not_pass() {
    for (site, origin) in [
        (Some("cross-site"), None),
        (Some("same-site"), None),
        (Some("same-site"), Some("https://evil.shop.example")),
        (None, Some("https://evil.example")),
        (None, Some("null")),
        (None, Some("http://shop.example")),
        (None, Some("https://shop.example:8443")),
        (None, Some("https://shop.example.evil.example")),
        (Some(""), None),
    ] {
        assert!(!admits(site, origin), "{site:?} {origin:?}");
    }
    let mut headers = HeaderMap::new();
    headers.append(SEC_FETCH_SITE, "same-origin".parse().unwrap());
    headers.append(SEC_FETCH_SITE, "same-origin".parse().unwrap());
    assert!(!sites(&[]).admits(&headers));
}

async fn send(method: Method, origin: Option<&str>) -> Response {
    let router = Router::new()
        .route("/query", post(async || "ok"))
        .layer(sites(&["https://app.example"]).cors());
    let mut request = Request::builder().method(method.clone()).uri("/query");
    if let Some(origin) = origin {
        request = request.header(header::ORIGIN, origin);
    }
    if method == Method::OPTIONS {
        request = request
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(
                header::ACCESS_CONTROL_REQUEST_HEADERS,
                "content-type,x-csrf-token",
            );
    }
    router
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

fn text<'a>(response: &'a Response, name: &HeaderName) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

/// H2
#[tokio::test]
async fn a_known_origin_is_answered_exactly_and_with_credentials() {
    let response = send(Method::POST, Some("https://app.example")).await;
    assert_eq!(
        text(&response, &header::ACCESS_CONTROL_ALLOW_ORIGIN),
        "https://app.example"
    );
    assert_eq!(
        text(&response, &header::ACCESS_CONTROL_ALLOW_CREDENTIALS),
        "true"
    );
    assert!(text(&response, &header::ACCESS_CONTROL_EXPOSE_HEADERS).contains("x-csrf-token"));
    let preflight = send(Method::OPTIONS, Some("https://app.example")).await;
    assert_eq!(preflight.status(), StatusCode::OK);
    assert_eq!(
        text(&preflight, &header::ACCESS_CONTROL_ALLOW_ORIGIN),
        "https://app.example"
    );
    assert!(text(&preflight, &header::ACCESS_CONTROL_ALLOW_HEADERS).contains("x-csrf-token"));
    assert!(text(&preflight, &header::ACCESS_CONTROL_ALLOW_METHODS).contains("POST"));
}

/// H2
#[tokio::test]
async fn null_suffix_port_and_scheme_variants_are_not_answered() {
    for origin in [
        "null",
        "https://app.example.evil.example",
        "https://evil-app.example",
        "https://app.example:8443",
        "http://app.example",
        "https://APP.example",
        "https://sub.app.example",
        "*",
    ] {
        for method in [Method::POST, Method::OPTIONS] {
            let response = send(method.clone(), Some(origin)).await;
            assert_eq!(
                text(&response, &header::ACCESS_CONTROL_ALLOW_ORIGIN),
                "",
                "{method} {origin}"
            );
        }
    }
}

/// H2
#[tokio::test]
async fn every_answer_varies_by_origin() {
    for origin in [
        None,
        Some("https://app.example"),
        Some("https://evil.example"),
    ] {
        let response = send(Method::POST, origin).await;
        assert!(
            text(&response, &header::VARY).contains("origin"),
            "{origin:?}"
        );
    }
}
