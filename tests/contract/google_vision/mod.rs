//! Google Cloud Vision as a labeller, against a stand-in that speaks its protocol.

mod fake;
mod faults;
mod sign_in;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Value, json};
use shotify::adapters::clock::SystemClock;
use shotify::adapters::vision::google::{
    GoogleLabeller, GoogleVisionConfig, Pace, TokenError, TokenSource,
};
use shotify::domain::label::Label;
use shotify::domain::picture::ImageFormat;
use shotify::ports::pictures::Encoded;
use shotify::ports::vision::{LabelError, Labeller as _};

use super::labellers;
use fake::{Fake, Say};

const TOKEN: &str = "ya29.t0ken";

/// Always the same token.
struct FixedToken;

#[async_trait]
impl TokenSource for FixedToken {
    async fn token(&self) -> Result<String, TokenError> {
        Ok(TOKEN.to_owned())
    }
}

/// Tries follow each other at once.
fn config(endpoint: &str) -> GoogleVisionConfig {
    GoogleVisionConfig {
        endpoint: Some(endpoint.to_owned()),
        pace: Pace {
            pause: Duration::from_millis(1),
            ..Pace::default()
        },
        ..GoogleVisionConfig::default()
    }
}

/// As `main` does first.
fn install_provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn labeller(config: &GoogleVisionConfig) -> GoogleLabeller {
    install_provider();
    GoogleLabeller::with_tokens(config, Arc::new(FixedToken), Arc::new(SystemClock)).unwrap()
}

fn picture(bytes: &'static [u8]) -> Encoded {
    Encoded {
        bytes: Bytes::from_static(bytes),
        format: ImageFormat::Jpeg,
    }
}

/// Labels one picture with these answers: the outcome and how many calls it took.
async fn outcome(answers: Vec<Say>) -> (Result<Vec<Label>, LabelError>, usize) {
    let fake = Fake::start(Some(TOKEN), answers).await;
    let labelled = labeller(&config(&fake.endpoint));
    let labelled = labelled.label(&picture(b"a picture")).await;
    (labelled, fake.calls())
}

fn texts(labels: &[Label]) -> Vec<&str> {
    labels.iter().map(Label::as_str).collect()
}

/// All four kinds, as the documentation shows them.
fn everything() -> Value {
    let corner = json!({ "x": 0.1, "y": 0.2 });
    json!({
        "labelAnnotations": [
            { "mid": "/m/0bt9lr", "description": "Dog", "score": 0.97, "topicality": 0.97 },
            { "mid": "/m/01bqvp", "description": "Sky", "score": 0.61, "topicality": 0.3 },
            { "mid": "/m/04k94", "description": "Liquid", "score": 0.31, "topicality": 0.3 },
        ],
        "landmarkAnnotations": [{
            "mid": "/m/02j81", "description": "Eiffel Tower", "score": 0.74,
            "boundingPoly": { "vertices": [{ "x": 4, "y": 9 }] },
            "locations": [{ "latLng": { "latitude": 48.85, "longitude": 2.29 } }],
        }],
        "logoAnnotations": [{ "mid": "/m/045c7b", "description": "Google", "score": 0.83 }],
        "localizedObjectAnnotations": [
            { "mid": "/m/0bt9lr", "name": "Dog", "score": 0.9,
              "boundingPoly": { "normalizedVertices": [corner] } },
            { "mid": "/m/018xm", "name": "Ball", "score": 0.65 },
        ],
    })
}

#[tokio::test]
async fn the_contract_holds() {
    let crowd: Vec<Value> = (0..40)
        .map(|n| json!({ "description": format!("Thing {}", n % 25), "score": 0.6 }))
        .collect();
    let odd = json!([
        { "description": "ÉTÉ", "score": 0.9 }, { "description": "été ", "score": 0.8 },
        { "description": "", "score": 0.9 }, { "description": "x".repeat(60), "score": 0.9 },
    ]);
    let answers = vec![
        Say::Seen(everything()),
        Say::Seen(json!({ "labelAnnotations": crowd })),
        Say::Seen(json!({ "labelAnnotations": odd })),
        Say::Seen(json!({})),
        Say::Text("{}"),
    ];
    let fake = Fake::start(Some(TOKEN), answers).await;
    let pictures = [b"1", b"2", b"3", b"4", b"5"].map(|bytes| picture(bytes));
    let all = labellers::holds(&labeller(&config(&fake.endpoint)), &pictures).await;
    let first = ["dog", "google", "eiffel tower", "ball", "sky"];
    assert_eq!(texts(&all[0]), first);
    assert_eq!(all[1].len(), 20);
    assert_eq!(texts(&all[2]), ["été"]);
    assert!(all[3].is_empty() && all[4].is_empty());
    let sent = pictures.map(|picture| picture.bytes);
    assert_eq!(fake.pictures(), sent);
}

#[tokio::test]
async fn every_byte_of_a_picture_arrives() {
    let fake = Fake::start(Some(TOKEN), vec![Say::Seen(json!({}))]).await;
    let bytes: Vec<u8> = (0..=255).cycle().take(300_001).collect();
    let picture = Encoded {
        bytes: bytes.into(),
        format: ImageFormat::Webp,
    };
    labeller(&config(&fake.endpoint))
        .label(&picture)
        .await
        .unwrap();
    assert_eq!(fake.pictures(), [picture.bytes]);
}

#[tokio::test]
async fn an_error_of_the_picture_passes_or_does_not() {
    for (code, passes) in [
        (3, false),
        (5, false),
        (7, false),
        (4, true),
        (8, true),
        (13, true),
        (14, true),
    ] {
        let entry = json!({ "error": { "code": code, "message": "Bad image data." } });
        let (labelled, calls) = outcome(vec![Say::Seen(entry)]).await;
        let error = labelled.unwrap_err();
        let later = matches!(error, LabelError::Later { after: None, .. });
        assert_eq!((later, calls), (passes, 1), "{error}");
        assert!(error.to_string().contains("Bad image data."), "{error}");
    }
}
