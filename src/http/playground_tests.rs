use axum::body::{Body, to_bytes};
use axum::http::Request;
use tower::ServiceExt as _;

use super::*;

const CDN: [&str; 6] = [
    "unpkg.com",
    "esm.sh",
    "jsdelivr.net",
    "cdnjs.",
    "googleapis.com",
    "skypack.dev",
];

async fn get(path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    routes::<()>()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

async fn page_html() -> String {
    let body = get("/query/playground", &[]).await.into_body();
    String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap()
}

/// H1
#[tokio::test]
async fn the_page_brings_a_policy_of_its_own_without_inline_code() {
    let response = get("/query/playground", &[]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
    let policy = response.headers()[CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    let scripts = policy
        .split("; ")
        .find(|rule| rule.starts_with("script-src"))
        .unwrap();
    assert!(
        policy.starts_with("default-src 'none'") && !scripts.contains("unsafe"),
        "{policy}"
    );
}

/// Only the fallback of a build without Node, which says so while building, may name a CDN.
#[tokio::test]
async fn the_embedded_playground_names_no_other_origin() {
    if !SELF_CONTAINED {
        return;
    }
    let html = page_html().await;
    assert!(!html.contains("//"), "{html}");
    assert!(!SELF_CONTAINED_POLICY.contains("http"));
    for asset in ASSETS {
        let text = String::from_utf8_lossy(asset.bytes);
        for host in CDN {
            assert!(!text.contains(host), "{} names {host}", asset.path);
        }
        assert!(
            !text.contains("url(http") && !text.contains("url(//"),
            "{}",
            asset.path
        );
    }
}

#[tokio::test]
async fn everything_the_page_names_is_there() {
    let html = page_html().await;
    let named: Vec<&str> = html
        .split(['"', '\''])
        .filter(|text| text.starts_with("/query/playground/assets/"))
        .collect();
    assert!(named.len() >= 2, "{html}");
    for path in named {
        assert_eq!(get(path, &[]).await.status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn assets_have_the_type_of_their_name_and_are_not_sniffed() {
    for asset in ASSETS {
        let response = get(&format!("/query/playground/assets/{}", asset.path), &[]).await;
        let expected = match asset.path.rsplit_once('.').unwrap().1 {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "ttf" => "font/ttf",
            other => panic!("an asset of an unexpected type: {other}"),
        };
        assert_eq!(response.headers()[CONTENT_TYPE], expected);
        assert_eq!(response.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
}

#[tokio::test]
async fn assets_are_cached_and_an_unchanged_one_is_not_sent_again() {
    let path = format!("/query/playground/assets/{}", ASSETS[0].path);
    let first = get(&path, &[]).await;
    let caching = first.headers()[CACHE_CONTROL].to_str().unwrap();
    assert_eq!(caching.contains("immutable"), SELF_CONTAINED);
    let tag = first.headers()[ETAG].to_str().unwrap();
    let again = get(&path, &[("if-none-match", tag)]).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert!(to_bytes(again.into_body(), 1).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_unknown_asset_is_not_found() {
    for path in ["nothing.js", "../index.html", "%2e%2e%2findex.html", "%ff"] {
        let response = get(&format!("/query/playground/assets/{path}"), &[]).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(
            response.headers()[CONTENT_TYPE],
            "application/json",
            "{path}"
        );
    }
}
