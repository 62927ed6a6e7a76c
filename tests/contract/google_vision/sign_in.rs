//! Who is spoken to, with which credentials.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;
use shotify::adapters::clock::SystemClock;
use shotify::adapters::vision::google::{
    GoogleLabeller, GoogleVisionConfig, GoogleVisionError, TokenError, TokenSource,
};
use shotify::ports::vision::{LabelError, Labeller as _};

use tokio::net::TcpListener;

use super::fake::{Fake, Say};
use super::{TOKEN, config, everything, install_provider, picture};

fn open(config: GoogleVisionConfig) -> Result<GoogleLabeller, GoogleVisionError> {
    install_provider();
    GoogleLabeller::new(config, Arc::new(SystemClock))
}

/// Whom nobody gives a token.
struct NoToken {
    passing: bool,
}

#[async_trait]
impl TokenSource for NoToken {
    async fn token(&self) -> Result<String, TokenError> {
        Err(TokenError {
            reason: "the account is gone".to_owned(),
            passing: self.passing,
        })
    }
}

#[tokio::test]
async fn a_stand_in_on_this_machine_needs_no_credentials() {
    let fake = Fake::start(None, vec![Say::Seen(everything())]).await;
    let labeller = open(config(&fake.endpoint)).unwrap();
    assert_eq!(labeller.label(&picture(b"a")).await.unwrap().len(), 5);
    assert_eq!(fake.calls(), 1);
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    install_provider();
    let fake = Fake::start(None, vec![Say::Seen(everything())]).await;
    for passing in [true, false] {
        let tokens = Arc::new(NoToken { passing });
        let clock = Arc::new(SystemClock);
        let labeller = GoogleLabeller::with_tokens(&config(&fake.endpoint), tokens, clock);
        let error = labeller.unwrap().label(&picture(b"a")).await.unwrap_err();
        assert_eq!(matches!(error, LabelError::Later { .. }), passing);
        assert!(error.to_string().contains("the account is gone"), "{error}");
    }
    assert_eq!(fake.calls(), 0);
}

#[tokio::test]
async fn tokens_do_not_leave_the_machine_in_the_clear() {
    for bad in ["http://vision.example", "http://10.1.2.3:80", "vision"] {
        let refused = open(config(bad)).err();
        assert!(
            matches!(refused, Some(GoogleVisionError::Endpoint(_))),
            "{bad}"
        );
    }
}

/// Answers everybody with this status; checks nothing but that no picture is sent.
async fn answering(status: u16) -> String {
    let status = StatusCode::from_u16(status).unwrap();
    let answer = move |body: String| async move {
        assert_eq!(body, r#"{"requests":[]}"#);
        (status, "{}")
    };
    let router = Router::new().route("/v1/images:annotate", post(answer));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}

/// N1
#[tokio::test]
async fn a_check_asks_for_a_token_and_for_no_picture() {
    for good in [200, 400] {
        let labeller = open(config(&answering(good).await)).unwrap();
        labeller.check().await.unwrap();
    }
    for bad in [401, 403, 404, 503] {
        let labeller = open(config(&answering(bad).await)).unwrap();
        let told = labeller.check().await.unwrap_err().to_string();
        assert!(told.contains(&bad.to_string()), "{told}");
    }
    let clock = Arc::new(SystemClock);
    let tokens = Arc::new(NoToken { passing: false });
    let config = config(&answering(200).await);
    let labeller = GoogleLabeller::with_tokens(&config, tokens, clock).unwrap();
    let told = labeller.check().await.unwrap_err().to_string();
    assert!(told.contains("the account is gone"), "{told}");
}

/// Also with a stand-in on this machine, once a file is named.
#[tokio::test]
async fn the_token_of_a_key_file_is_sent() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let issuer = format!("http://{}/token", listener.local_addr().unwrap());
    let issue = || async {
        Json(json!({ "access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600 }))
    };
    let router = Router::new().route("/token", post(issue));
    let issuing = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("user.json");
    let user = json!({
        "type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c",
        "token_uri": issuer,
    });
    std::fs::write(&file, user.to_string()).unwrap();
    let fake = Fake::start(Some(TOKEN), vec![Say::Seen(everything())]).await;
    let mut config = config(&fake.endpoint);
    config.credentials = Some(file);
    let labeller = open(config).unwrap();
    for _ in 0..2 {
        assert_eq!(labeller.label(&picture(b"a")).await.unwrap().len(), 5);
    }
    assert_eq!(fake.calls(), 2);
    issuing.abort();
}

#[tokio::test]
async fn a_key_file_that_is_none_is_told_without_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.json");
    let opened = |text: Option<&str>| {
        if let Some(text) = text {
            std::fs::write(&file, text).unwrap();
        }
        let mut config = config("http://127.0.0.1:1");
        config.credentials = Some(file.clone());
        open(config)
    };
    let half = json!({ "type": "service_account", "private_key": "hunter2" }).to_string();
    let other = json!({ "type": "hunter2" }).to_string();
    for text in [None, Some("hunter2"), Some(&half), Some(&other)] {
        let error = opened(text).err().expect("it is refused");
        let told = error.to_string();
        assert!(matches!(error, GoogleVisionError::Credentials(_)), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
    let user = json!({
        "type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c",
    });
    assert!(opened(Some(&user.to_string())).is_ok());
}
