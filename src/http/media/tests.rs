use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::to_bytes;
use axum::http::header::{IF_NONE_MATCH, IF_RANGE, RANGE, SET_COOKIE};
use bytes::Bytes;
use futures::StreamExt as _;
use tower::ServiceExt as _;

use super::*;
use crate::domain::picture::ImageFormat;
use crate::domain::session::SessionId;
use crate::domain::user::Role;
use crate::domain::viewer::Viewer;
use crate::http::client_address::TrustedProxies;
use crate::http::origin::Sites;
use crate::http::session::SessionCookies;
use crate::ports::objects::Object;
use crate::services::auth::{MockAuthService, SignedIn};
use crate::services::media::MockMediaService;

const BYTES: &[u8] = b"0123456789";

fn viewer() -> Viewer {
    Viewer {
        user: UserId::new(3),
        role: Role::User,
        session: SessionId([1; 16]),
    }
}

fn object(by_link: bool) -> MediaObject {
    MediaObject::new("7/p.webp".to_owned(), ImageFormat::Webp, by_link, true)
}

fn cookies() -> SessionCookies {
    SessionCookies::new(&["k"], "development", false)
}

pub(super) fn cookie() -> String {
    let session = SignedIn {
        access: "access".to_owned(),
        refresh: "refresh".to_owned(),
        csrf: String::new(),
        expires: Timestamp::from_seconds(1_900_000_000),
    };
    let header = cookies().seal(&session).unwrap();
    header
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned()
}

fn service() -> MockMediaService {
    service_with(None)
}

/// A member of the cookie's session; links with the signature `good` are enough. Bytes may be elsewhere.
pub(super) fn service_with(elsewhere: Option<&'static str>) -> MockMediaService {
    let mut service = MockMediaService::new();
    service.expect_open().returning(|request| {
        let linked = request.proof.is_some_and(|proof| proof.signature == "good");
        match (request.target, request.viewer) {
            (Some(_), _) if linked => Ok(object(true)),
            (_, None) => Err(MediaError::Unauthenticated),
            (Some(LinkTarget::Product(id, _)), _) if id.get() == 7 => Ok(object(false)),
            (Some(LinkTarget::Avatar(_)), _) => Ok(object(false)),
            _ => Err(MediaError::NotFound),
        }
    });
    service.expect_size().returning(|_| Ok(10));
    let elsewhere = move |_: &_| Ok(elsewhere.map(|url| url.parse().unwrap()));
    service.expect_elsewhere().returning(elsewhere);
    service.expect_read().returning(|_, range| {
        let range = range.map_or(0..BYTES.len(), |range| {
            usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()
        });
        let chunks = BYTES[range]
            .chunks(3)
            .map(|chunk| Ok(Bytes::from_static(chunk)));
        Ok(Object {
            size: 10,
            bytes: futures::stream::iter(chunks.collect::<Vec<_>>()).boxed(),
        })
    });
    service
}

pub(super) async fn send_to(
    service: MockMediaService,
    method: Method,
    uri: &str,
    headers: &[(HeaderName, &str)],
) -> Response {
    let mut auth = MockAuthService::new();
    auth.expect_authenticate()
        .returning(|access| Ok((access == "access").then(viewer)));
    let visitors = Visitors {
        cookies: cookies(),
        sites: Sites::new("https://shop.example".to_owned(), vec![]),
        proxies: TrustedProxies::default(),
    };
    let router: Router = routes(Arc::new(service), Arc::new(auth), Arc::new(visitors));
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    router
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

async fn send(method: Method, uri: &str, headers: &[(HeaderName, &str)]) -> Response {
    send_to(service(), method, uri, headers).await
}

async fn member(uri: &str, headers: &[(HeaderName, &str)]) -> Response {
    let cookie = cookie();
    let mut all = vec![(axum::http::header::COOKIE, cookie.as_str())];
    all.extend_from_slice(headers);
    send(Method::GET, uri, &all).await
}

pub(super) fn text<'a>(response: &'a Response, name: &HeaderName) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

async fn body(response: Response) -> Vec<u8> {
    to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap()
        .to_vec()
}

/// U11
#[tokio::test]
async fn a_preview_comes_with_exact_headers() {
    let response = member("/media/7/preview", &[]).await;
    assert_eq!(response.status(), StatusCode::OK);
    for (name, value) in [
        (CONTENT_TYPE, "image/webp"),
        (CONTENT_LENGTH, "10"),
        (CACHE_CONTROL, "private, no-cache"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (RESOURCE_POLICY, "same-origin"),
        (ACCEPT_RANGES, "bytes"),
        (CONTENT_DISPOSITION, ""),
        (SET_COOKIE, ""),
    ] {
        assert_eq!(text(&response, &name), value, "{name}");
    }
    assert!(text(&response, &ETAG).starts_with('"'));
    assert_eq!(body(response).await, BYTES);
}

/// U11
#[tokio::test]
async fn an_original_is_an_attachment_named_by_the_server() {
    let response = member("/media/7/original", &[]).await;
    let expected = "attachment; filename=\"shotify-7.webp\"";
    assert_eq!(text(&response, &CONTENT_DISPOSITION), expected);
    let avatar = member("/media/avatars/3", &[]).await;
    assert_eq!(
        (avatar.status(), text(&avatar, &CONTENT_DISPOSITION)),
        (StatusCode::OK, "")
    );
}

#[tokio::test]
async fn a_link_works_on_other_sites_and_asks_for_no_session() {
    let response = send(
        Method::GET,
        "/media/7/thumbnail?expires=1&signature=good",
        &[],
    )
    .await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(text(&response, &RESOURCE_POLICY), "cross-origin");
    let avatar = send(
        Method::GET,
        "/media/avatars/3?expires=1&signature=good&v=1",
        &[],
    )
    .await;
    assert_eq!(avatar.status(), StatusCode::OK);
}

/// Z6
#[tokio::test]
async fn a_link_that_does_not_suffice_falls_back_to_the_session() {
    for query in [
        "?expires=1&signature=bad",
        "?expires=x&signature=good",
        "?signature=good",
        "?expires=1",
        "?%ff",
    ] {
        let uri = format!("/media/7/preview{query}");
        let guest = send(Method::GET, &uri, &[]).await;
        assert_eq!(guest.status(), StatusCode::UNAUTHORIZED, "{query}");
        let response = member(&uri, &[]).await;
        assert_eq!(response.status(), StatusCode::OK, "{query}");
        assert_eq!(text(&response, &RESOURCE_POLICY), "same-origin", "{query}");
    }
}

/// Z7
#[tokio::test]
async fn hidden_missing_and_nonsense_answer_alike() {
    let mut bodies = Vec::new();
    for uri in [
        "/media/8/preview",
        "/media/x/preview",
        "/media/7/huge",
        "/media/-7/original",
        "/media/avatars/x",
        "/media/%ff/original",
        "/media/7/%ff",
        "/media/avatars/%ff",
    ] {
        let guest = send(Method::GET, uri, &[]).await;
        assert_eq!(guest.status(), StatusCode::UNAUTHORIZED, "{uri}");
        let response = member(uri, &[]).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{uri}");
        bodies.push((response.headers().clone(), body(response).await));
    }
    assert!(bodies.iter().all(|answer| *answer == bodies[0]));
    let json: serde_json::Value = serde_json::from_slice(&bodies[0].1).unwrap();
    assert_eq!(json["code"], "NOT_FOUND");
}

/// Z6
#[tokio::test]
async fn nobody_gets_a_304_or_a_range_without_being_entitled() {
    let tag = text(&member("/media/7/preview", &[]).await, &ETAG).to_owned();
    let known = [(IF_NONE_MATCH, tag.as_str())];
    let response = member("/media/7/preview", &known).await;
    assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(text(&response, &ETAG), tag);
    assert_eq!(text(&response, &CACHE_CONTROL), "private, no-cache");
    assert!(body(response).await.is_empty());
    for headers in [known, [(IF_NONE_MATCH, "*")], [(RANGE, "bytes=0-1")]] {
        for method in [Method::GET, Method::HEAD] {
            let guest = send(method, "/media/7/preview", &headers).await;
            assert_eq!(guest.status(), StatusCode::UNAUTHORIZED);
        }
        let stranger = member("/media/8/preview", &headers).await;
        assert_eq!(stranger.status(), StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn head_answers_like_get_and_reads_nothing() {
    let mut service = service();
    service.expect_read().never();
    let uri = "/media/7/preview?expires=1&signature=good";
    let response = send_to(service, Method::HEAD, uri, &[(RANGE, "bytes=0-1")]).await;
    assert_eq!(
        (response.status(), text(&response, &CONTENT_LENGTH)),
        (StatusCode::OK, "10")
    );
    assert_eq!(text(&response, &CONTENT_TYPE), "image/webp");
    assert!(body(response).await.is_empty());
}

#[tokio::test]
async fn one_range_is_served() {
    let response = member("/media/7/preview", &[(RANGE, "bytes=2-5")]).await;
    assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(text(&response, &CONTENT_RANGE), "bytes 2-5/10");
    assert_eq!(text(&response, &CONTENT_LENGTH), "4");
    let tag = text(&response, &ETAG).to_owned();
    assert_eq!(body(response).await, b"2345");

    let beyond = member("/media/7/preview", &[(RANGE, "bytes=10-")]).await;
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(text(&beyond, &CONTENT_RANGE), "bytes */10");

    let same = member("/media/7/preview", &[(RANGE, "bytes=-1"), (IF_RANGE, &tag)]).await;
    assert_eq!(body(same).await, b"9");
    let other = member(
        "/media/7/preview",
        &[(RANGE, "bytes=-1"), (IF_RANGE, "\"x\"")],
    )
    .await;
    assert_eq!(
        (other.status(), body(other).await),
        (StatusCode::OK, BYTES.to_vec())
    );
}

#[tokio::test]
async fn faults_of_the_store_say_nothing_of_it() {
    for (error, status) in [
        (
            ObjectError::Unavailable("disk /x".to_owned()),
            StatusCode::SERVICE_UNAVAILABLE,
        ),
        (
            ObjectError::Failed("disk /x".to_owned()),
            StatusCode::INTERNAL_SERVER_ERROR,
        ),
    ] {
        let mut service = MockMediaService::new();
        service.expect_open().return_once(|_| Err(error.into()));
        let uri = "/media/7/preview?expires=1&signature=good";
        let response = send_to(service, Method::GET, uri, &[]).await;
        assert_eq!(response.status(), status);
        assert!(
            !String::from_utf8(body(response).await)
                .unwrap()
                .contains("/x")
        );
    }
}

#[tokio::test]
async fn a_client_that_goes_away_stops_the_read() {
    let pulled = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&pulled);
    let mut service = MockMediaService::new();
    let object = MediaObject::new("k.jpg".to_owned(), ImageFormat::Jpeg, true, true);
    service.expect_open().return_once(|_| Ok(object));
    service.expect_elsewhere().return_once(|_| Ok(None));
    service.expect_read().return_once(move |_, _| {
        let endless = futures::stream::repeat_with(move || {
            counter.fetch_add(1, Ordering::SeqCst);
            Ok(Bytes::from_static(&[0; 1024]))
        });
        Ok(Object {
            size: 1 << 40,
            bytes: endless.boxed(),
        })
    });
    let uri = "/media/7/preview?expires=1&signature=good";
    let response = send_to(service, Method::GET, uri, &[]).await;
    let mut chunks = response.into_body().into_data_stream();
    assert!(chunks.next().await.is_some());
    drop(chunks);
    assert_eq!(
        pulled.load(Ordering::SeqCst),
        1,
        "streamed, never read ahead"
    );
}
