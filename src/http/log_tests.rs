use std::io;
use std::sync::{Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use tower::ServiceExt as _;

use super::*;
use crate::services::testing::FakeRandom;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The answer's id, and what was logged.
async fn send(uri: &str, headers: &[(&str, &str)]) -> (String, String) {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let recorder = Recorder {
        random: Arc::new(FakeRandom::default()),
        proxies: TrustedProxies::default(),
    };
    let router = Router::new()
        .route("/media/{id}", get(async || "ok"))
        .layer(from_fn_with_state(recorder, record));
    let mut request = axum::http::Request::builder().uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    drop(guard);
    let id = response.headers()[REQUEST_ID].to_str().unwrap().to_owned();
    let text = lines.0.lock().unwrap().clone();
    (id, String::from_utf8(text).unwrap())
}

/// N1, N2
#[tokio::test]
async fn a_request_is_one_line_without_its_secrets() {
    let secrets = [
        ("cookie", "shotify=s3cret"),
        ("x-csrf-token", "s3cret"),
        ("authorization", "s3cret"),
    ];
    let (id, text) = send("/media/s3cret?signature=s3cret&token=s3cret", &secrets).await;
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(!text.contains("s3cret"), "{text}");
    let line: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["fields"]["route"], "/media/{id}");
    assert_eq!(line["fields"]["method"], "GET");
    assert_eq!(line["fields"]["status"], 200);
    assert!(line["fields"]["latency_ms"].is_number());
    assert_eq!(line["span"]["id"], id.as_str());
}

#[tokio::test]
async fn an_id_from_outside_is_taken_when_short_and_plain() {
    assert_eq!(
        send("/", &[("x-request-id", "abc-1_2.3")]).await.0,
        "abc-1_2.3"
    );
    let long = "a".repeat(65);
    for odd in ["", "a b", "a\"b", "{}", "ä", &long] {
        let (id, _) = send("/", &[("x-request-id", odd)]).await;
        assert!(id.len() == 32 && id != odd, "{odd}: {id}");
    }
}

#[test]
fn methods_that_strangers_invent_have_no_name() {
    assert_eq!(method(&Method::HEAD), "HEAD");
    assert_eq!(method(&Method::from_bytes(b"BREW").unwrap()), "other");
}
