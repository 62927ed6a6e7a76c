//! What is sent and what comes back, as `images:annotate` of version 1 has it. Of the answer only what is used.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// What is asked for, and how many of each.
const FEATURES: [(&str, u32); 4] = [
    ("LABEL_DETECTION", 6),
    ("LANDMARK_DETECTION", 5),
    ("LOGO_DETECTION", 3),
    ("OBJECT_LOCALIZATION", 10),
];

#[derive(Serialize)]
struct Batch {
    requests: [Request; 1],
}

#[derive(Serialize)]
struct Request {
    image: Image,
    features: Vec<Feature>,
}

#[derive(Serialize)]
struct Image {
    content: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Feature {
    r#type: &'static str,
    max_results: u32,
}

/// The body of a request for none.
pub(super) const NO_PICTURE: &[u8] = br#"{"requests":[]}"#;

/// The body of a request for one picture.
pub(super) fn request(picture: &[u8]) -> serde_json::Result<Vec<u8>> {
    let features = FEATURES.map(|(r#type, max_results)| Feature {
        r#type,
        max_results,
    });
    let request = Request {
        image: Image {
            content: STANDARD.encode(picture),
        },
        features: features.into(),
    };
    serde_json::to_vec(&Batch {
        requests: [request],
    })
}

/// The answer: one entry for each picture. Like all that is empty, the list may be left out.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    pub responses: Vec<Annotated>,
}

/// What one picture shows.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Annotated {
    pub label_annotations: Vec<Entity>,
    pub landmark_annotations: Vec<Entity>,
    pub logo_annotations: Vec<Entity>,
    pub localized_object_annotations: Vec<Entity>,
    pub error: Option<Status>,
}

/// Something that was seen. Objects have a name where the others have a description.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Entity {
    #[serde(alias = "name")]
    pub description: String,
    pub score: f32,
}

/// `google.rpc.Status`: an error of one picture.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Status {
    pub code: i32,
    pub message: String,
}
