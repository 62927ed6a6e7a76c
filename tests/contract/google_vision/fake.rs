//! A stand-in of Google Cloud Vision, by its documented protocol: checks what it is sent, answers by a script.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, LOCATION, RETRY_AFTER,
};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// One answer of the script.
#[derive(Clone)]
pub enum Say {
    /// HTTP 200 with this as the one picture's entry.
    Seen(Value),
    /// HTTP 200 with this text.
    Text(&'static str),
    /// An error as Google writes it: HTTP status, its name, its sentence.
    Error(u16, &'static str, &'static str),
    /// An error with `Retry-After`.
    Wait(u16, String),
    /// A redirect to the same method under another name.
    Elsewhere,
    /// Nothing, ever.
    Silence,
    /// HTTP 200 and a body of so many chunks of 64 KiB, each a blank.
    Blanks(usize),
    /// HTTP 200 and a body that begins and does not go on.
    Unfinished,
}

struct Script {
    /// The header that is expected.
    bearer: Option<String>,
    /// The last one is repeated.
    answers: Mutex<VecDeque<Say>>,
    calls: Mutex<Vec<Bytes>>,
    complaints: Mutex<Vec<String>>,
}

/// The running stand-in; it ends when dropped.
pub struct Fake {
    pub endpoint: String,
    script: Arc<Script>,
    task: JoinHandle<()>,
}

impl Fake {
    /// Answers one after another, the last one for ever.
    pub async fn start(token: Option<&str>, answers: Vec<Say>) -> Self {
        let script = Arc::new(Script {
            bearer: token.map(|token| format!("Bearer {token}")),
            answers: Mutex::new(answers.into()),
            calls: Mutex::default(),
            complaints: Mutex::default(),
        });
        let router = Router::new().fallback(answer).with_state(script.clone());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            endpoint: format!("http://{address}"),
            script,
            task,
        }
    }

    /// The pictures it was sent, one for each call; all calls kept to the protocol.
    pub fn pictures(&self) -> Vec<Bytes> {
        let complaints = self.script.complaints.lock().unwrap();
        assert!(complaints.is_empty(), "{complaints:?}");
        self.script.calls.lock().unwrap().clone()
    }

    /// How often it was called.
    pub fn calls(&self) -> usize {
        self.pictures().len()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(script): State<Arc<Script>>, request: Request) -> Response {
    match check(&script, request).await {
        Ok(picture) => script.calls.lock().unwrap().push(picture),
        Err(complaint) => {
            script.complaints.lock().unwrap().push(complaint);
            return StatusCode::IM_A_TEAPOT.into_response();
        }
    }
    let say = {
        let mut answers = script.answers.lock().unwrap();
        let last = answers.len() == 1;
        let next = if last {
            answers.front().cloned()
        } else {
            answers.pop_front()
        };
        next.expect("a script has an answer")
    };
    respond(say).await
}

/// The picture of a request that keeps to the protocol.
async fn check(script: &Script, request: Request) -> Result<Bytes, String> {
    let (head, body) = request.into_parts();
    if head.method != Method::POST || head.uri != "/v1/images:annotate" {
        return Err(format!("{} {}", head.method, head.uri));
    }
    let header = |name| one(&head.headers, name);
    if header(&CONTENT_TYPE)? != Some("application/json") {
        return Err("the content type".to_owned());
    }
    if header(&AUTHORIZATION)? != script.bearer.as_deref() {
        return Err("the token".to_owned());
    }
    let body = to_bytes(body, 10 << 20).await.map_err(|e| e.to_string())?;
    let mut body: Value = serde_json::from_slice(&body).map_err(|e| e.to_string())?;
    let content = body["requests"][0]["image"]["content"].take();
    let expected = json!({ "requests": [{
        "image": { "content": null },
        "features": [
            { "type": "LABEL_DETECTION", "maxResults": 6 },
            { "type": "LANDMARK_DETECTION", "maxResults": 5 },
            { "type": "LOGO_DETECTION", "maxResults": 3 },
            { "type": "OBJECT_LOCALIZATION", "maxResults": 10 },
        ],
    }] });
    if body != expected {
        return Err(format!("the body {body}"));
    }
    let picture = STANDARD.decode(content.as_str().unwrap_or_default());
    picture.map(Bytes::from).map_err(|e| e.to_string())
}

fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, String> {
    let mut all = headers.get_all(name).iter();
    let first = all.next().and_then(|value| value.to_str().ok());
    match all.next() {
        None => Ok(first),
        Some(_) => Err(format!("{name} comes twice")),
    }
}

async fn respond(say: Say) -> Response {
    let error = |status: u16, name: &str, message: &str| {
        let code = StatusCode::from_u16(status).unwrap();
        let body = json!({ "error": { "code": status, "message": message, "status": name } });
        (code, axum::Json(body))
    };
    match say {
        Say::Seen(entry) => axum::Json(json!({ "responses": [entry] })).into_response(),
        Say::Text(text) => text.into_response(),
        Say::Error(status, name, message) => error(status, name, message).into_response(),
        Say::Wait(status, after) => {
            let answer = error(status, "RESOURCE_EXHAUSTED", "Quota exceeded");
            ([(RETRY_AFTER, after)], answer).into_response()
        }
        Say::Elsewhere => {
            let head = [(LOCATION, "/v2/images:annotate")];
            (StatusCode::TEMPORARY_REDIRECT, head).into_response()
        }
        Say::Silence => std::future::pending().await,
        Say::Blanks(chunks) => {
            let chunk = || Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 64 << 10]));
            let body = futures::stream::iter((0..chunks).map(move |_| chunk()));
            Body::from_stream(body).into_response()
        }
        Say::Unfinished => {
            use futures::StreamExt as _;
            let begun = Ok::<_, std::io::Error>(Bytes::from_static(b"{\"responses\": ["));
            let body = futures::stream::iter([begun]).chain(futures::stream::pending());
            Body::from_stream(body).into_response()
        }
    }
}
