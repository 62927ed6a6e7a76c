//! Tests of what is fetched elsewhere, and of what never is.

use axum::http::header::{COOKIE, IF_NONE_MATCH};

use super::tests::{cookie, send_to, service_with, text};
use super::*;

const ELSEWHERE: &str = "https://bytes.example/b/7/p.webp?X-Goog-Signature=00";

async fn ask(method: Method, uri: &str, headers: &[(HeaderName, &str)]) -> Response {
    send_to(service_with(Some(ELSEWHERE)), method, uri, headers).await
}

#[tokio::test]
async fn a_redirect_is_kept_by_nobody() {
    let cookie = cookie();
    let session = [(COOKIE, cookie.as_str())];
    let asked: [(&str, &[_], &str); 2] = [
        (
            "/media/7/preview?expires=1&signature=good",
            &[],
            "cross-origin",
        ),
        ("/media/7/preview", &session, "same-origin"),
    ];
    for (uri, headers, policy) in asked {
        let response = ask(Method::GET, uri, headers).await;
        assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT);
        for (name, value) in [
            (LOCATION, ELSEWHERE),
            (CACHE_CONTROL, "private, no-store"),
            // A 304 would bring a link back that has ended.
            (ETAG, ""),
            (CONTENT_TYPE, ""),
            (ACCEPT_RANGES, ""),
            (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (RESOURCE_POLICY, policy),
        ] {
            assert_eq!(text(&response, &name), value, "{name}");
        }
    }
}

/// Z6
#[tokio::test]
async fn nobody_is_led_elsewhere_without_being_entitled() {
    let guest = ask(Method::GET, "/media/7/preview", &[]).await;
    assert_eq!(guest.status(), StatusCode::UNAUTHORIZED);
    let cookie = cookie();
    let stranger = ask(Method::GET, "/media/8/preview", &[(COOKIE, &cookie)]).await;
    assert_eq!(stranger.status(), StatusCode::NOT_FOUND);
    for answer in [guest, stranger] {
        assert_eq!(text(&answer, &LOCATION), "");
    }
}

#[tokio::test]
async fn what_hangs_on_our_tag_is_answered_here() {
    let uri = "/media/7/preview?expires=1&signature=good";
    let head = ask(Method::HEAD, uri, &[]).await;
    assert_eq!(
        (head.status(), text(&head, &CONTENT_LENGTH)),
        (StatusCode::OK, "10")
    );
    let tag = text(&head, &ETAG).to_owned();
    let known = ask(Method::GET, uri, &[(IF_NONE_MATCH, &tag)]).await;
    assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
    let other = ask(Method::GET, uri, &[(IF_NONE_MATCH, "\"other\"")]).await;
    assert_eq!(other.status(), StatusCode::TEMPORARY_REDIRECT);
    let part = ask(Method::GET, uri, &[(RANGE, "bytes=2-5")]).await;
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(text(&part, &CONTENT_RANGE), "bytes 2-5/10");
}
