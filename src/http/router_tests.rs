use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use axum::http::StatusCode;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, ORIGIN,
    REFERRER_POLICY, RETRY_AFTER, SERVER, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use tokio::sync::Notify;
use tower::ServiceExt as _;

use super::*;
use crate::domain::email::Email;
use crate::domain::timestamp::Timestamp;
use crate::http::client_address::TrustedProxies;
use crate::http::health::MockReadiness;
use crate::http::origin::Sites;
use crate::http::session::SessionCookies;
use crate::ports::mailer::{Delivered, Message};
use crate::ports::persisted::MockPersistedQueries;
use crate::services::auth::MockAuthService;
use crate::services::media::MockMediaService;
use crate::services::testing::FakeRandom;
use crate::services::users::MockUsersService;

/// Answers every document; the one that says so waits.
#[derive(Default)]
struct Fake {
    waiting: AtomicBool,
    go: Notify,
}

#[async_trait]
impl Executor for Fake {
    async fn execute(
        &self,
        request: async_graphql::Request,
        _: &axum::http::request::Parts,
    ) -> async_graphql::Response {
        if request.query.contains("wait") {
            self.waiting.store(true, Ordering::SeqCst);
            self.go.notified().await;
        }
        async_graphql::Response::new(async_graphql::Value::from(true))
    }
}

struct OneMail;

#[async_trait]
impl Mailbox for OneMail {
    async fn delivered(&self) -> std::io::Result<Vec<Delivered>> {
        Ok(vec![Delivered {
            message: Message {
                id: "1".to_owned(),
                to: Email::parse("a@example.com").unwrap(),
                subject: "Hello".to_owned(),
                text: "Text".to_owned(),
                html: "<p>Text</p>".to_owned(),
            },
            sent: Timestamp::from_micros(1_700_000_000_000_000),
        }])
    }
}

fn parts(production: bool) -> Parts {
    let mut readiness = MockReadiness::new();
    readiness.expect_ready().returning(|| true);
    let origin = "https://app.example".to_owned();
    Parts {
        executor: Arc::new(Fake::default()),
        transport: TransportConfig::new(std::env::temp_dir(), true),
        queries: Arc::new(MockPersistedQueries::new()),
        visitors: Arc::new(Visitors {
            cookies: SessionCookies::new(&["k"], "development", production),
            sites: Sites::new("https://shop.example".to_owned(), vec![origin]),
            proxies: TrustedProxies::default(),
        }),
        auth: Arc::new(MockAuthService::new()),
        users: Arc::new(MockUsersService::new()),
        // Without an expectation a call panics.
        media: Arc::new(MockMediaService::new()),
        readiness: Arc::new(readiness),
        random: Arc::new(FakeRandom::default()),
        sdl: "type Query { a: Int }".to_owned(),
        playground: !production,
        mailbox: (!production).then(|| Arc::new(OneMail) as Arc<dyn Mailbox>),
        production,
        downloads: 100,
    }
}

fn request(method: &str, uri: &str, body: &str) -> Request {
    let request = Request::builder().method(method).uri(uri);
    let request = request.header(CONTENT_TYPE, "application/json");
    request.body(Body::from(body.to_owned())).unwrap()
}

async fn send(router: &Router, method: &str, uri: &str) -> Response {
    router
        .clone()
        .oneshot(request(method, uri, ""))
        .await
        .unwrap()
}

async fn text(response: Response) -> String {
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

/// Every kind of answer, with its status.
const ANSWERS: [(&str, &str, u16); 14] = [
    ("GET", "/", 200),
    ("GET", "/schema.graphql", 200),
    ("GET", "/query/playground", 200),
    ("GET", "/validate?token=t", 200),
    ("GET", "/dev/mailbox", 200),
    ("GET", "/healthz", 200),
    ("GET", "/readyz", 200),
    ("GET", "/nothing", 404),
    ("GET", "/metrics", 404),
    ("DELETE", "/query", 405),
    ("POST", "/", 405),
    ("TRACE", "/", 405),
    ("GET", "/media/7/preview?expires=1&signature=x", 500),
    ("OPTIONS", "/query", 200),
];

/// H1
#[tokio::test]
async fn every_answer_has_the_headers() {
    for production in [false, true] {
        let router = router(parts(production));
        for (method, uri, status) in ANSWERS {
            let response = send(&router, method, uri).await;
            let development_only = uri.contains("playground") || uri.starts_with("/dev");
            let expected = if production && development_only {
                404
            } else {
                status
            };
            assert_eq!(response.status().as_u16(), expected, "{method} {uri}");
            let headers = response.headers();
            let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'"), "{uri}: {policy}");
            assert!(policy.contains("frame-ancestors 'none'"), "{uri}: {policy}");
            assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff", "{uri}");
            assert!(headers.contains_key(REFERRER_POLICY), "{uri}");
            assert!(headers.contains_key("x-request-id"), "{uri}");
            assert!(!headers.contains_key(SERVER), "{uri}");
            assert_eq!(
                headers.contains_key(STRICT_TRANSPORT_SECURITY),
                production,
                "{uri}"
            );
        }
    }
}

/// H1
#[tokio::test]
async fn a_body_that_is_too_large_is_answered_with_the_headers_too() {
    let router = router(parts(true));
    let large = format!("{{\"query\":\"{}\"}}", " ".repeat(2 << 20));
    let response = router
        .oneshot(request("POST", "/query", &large))
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(response.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(response.headers().contains_key(STRICT_TRANSPORT_SECURITY));
}

/// H3
#[tokio::test]
async fn graphql_is_not_stored_and_odd_methods_are_refused() {
    let router = router(parts(false));
    let document = request("POST", "/query", "{\"query\":\"{ a }\"}");
    let response = router.clone().oneshot(document).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    for method in ["TRACE", "CONNECT", "PUT", "PATCH", "BREW"] {
        let response = send(&router, method, "/query").await;
        assert_eq!(
            response.status(),
            StatusCode::METHOD_NOT_ALLOWED,
            "{method}"
        );
        assert!(response.headers().contains_key(ALLOW), "{method}");
        assert!(
            text(response).await.contains("METHOD_NOT_ALLOWED"),
            "{method}"
        );
    }
}

/// G8
#[tokio::test]
async fn a_panic_is_a_plain_500() {
    let response = send(
        &router(parts(false)),
        "GET",
        "/media/7/preview?expires=1&signature=x",
    )
    .await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = text(response).await;
    assert!(
        body.contains("INTERNAL") && !body.contains("MockMediaService"),
        "{body}"
    );
}

#[tokio::test]
async fn errors_are_small_json() {
    let router = router(parts(false));
    for (method, uri, code) in [
        ("GET", "/nothing", "NOT_FOUND"),
        ("POST", "/", "METHOD_NOT_ALLOWED"),
    ] {
        let body = text(send(&router, method, uri).await).await;
        let json: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(json["code"], code);
    }
}

/// L3
#[tokio::test]
async fn a_query_that_takes_long_keeps_nothing_else_from_being_answered() {
    let fake = Arc::new(Fake::default());
    let mut parts = parts(false);
    parts.executor = Arc::<Fake>::clone(&fake);
    let router = router(parts);
    let slow = tokio::spawn(router.clone().oneshot(request(
        "POST",
        "/query",
        "{\"query\":\"{ wait }\"}",
    )));
    while !fake.waiting.load(Ordering::SeqCst) {
        tokio::task::yield_now().await;
    }
    for path in ["/", "/healthz"] {
        assert_eq!(send(&router, "GET", path).await.status(), StatusCode::OK);
    }
    fake.go.notify_one();
    assert_eq!(slow.await.unwrap().unwrap().status(), StatusCode::OK);
}

/// L2 L3
#[tokio::test]
async fn downloads_have_places_of_their_own() {
    let mut parts = parts(false);
    parts.downloads = 0;
    let router = router(parts);
    let refused = send(&router, "GET", "/media/7/preview").await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()[RETRY_AFTER], "1");
    assert_eq!(send(&router, "GET", "/").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_server_that_is_not_ready_says_so() {
    let mut readiness = MockReadiness::new();
    readiness.expect_ready().returning(|| false);
    let mut parts = parts(false);
    parts.readiness = Arc::new(readiness);
    let router = router(parts);
    assert_eq!(
        send(&router, "GET", "/readyz").await.status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(
        send(&router, "GET", "/healthz").await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn the_mailbox_is_read_as_json() {
    let body = text(send(&router(parts(false)), "GET", "/dev/mailbox.json").await).await;
    let json: serde_json::Value = serde_json::from_str(&body).unwrap();
    let expected = serde_json::json!([{
        "to": "a@example.com",
        "subject": "Hello",
        "text": "Text",
        "html": "<p>Text</p>",
        "sent": "2023-11-14T22:13:20Z",
    }]);
    assert_eq!(json, expected);
}

/// H2
#[tokio::test]
async fn known_origins_may_read_even_refusals() {
    let router = router(parts(true));
    for (origin, allowed) in [
        ("https://app.example", true),
        ("https://evil.example", false),
    ] {
        let mut request = request("GET", "/nothing", "");
        request
            .headers_mut()
            .insert(ORIGIN, origin.parse().unwrap());
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(
            response.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN),
            allowed,
            "{origin}"
        );
    }
}
