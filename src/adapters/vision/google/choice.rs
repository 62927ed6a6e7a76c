//! Which labels are made of an answer.

use std::collections::HashSet;

use super::protocol::{Annotated, Answer, Status};
use crate::adapters::web::told;
use crate::domain::label::Label;
use crate::ports::vision::LabelError;

/// What is less certain than this is not believed: of two such labels one would be wrong.
const LEAST_SCORE: f32 = 0.5;
/// Most labels of a picture, by the port.
const MOST: usize = 20;

/// Codes of `google.rpc.Code` for what passes.
const DEADLINE_EXCEEDED: i32 = 4;
const RESOURCE_EXHAUSTED: i32 = 8;
const INTERNAL: i32 = 13;
const UNAVAILABLE: i32 = 14;

/// The labels of the one picture that was asked about. No entry at all means that nothing was seen.
pub(super) fn labels(answer: Answer) -> Result<Vec<Label>, LabelError> {
    let seen = answer.responses.into_iter().next().unwrap_or_default();
    match seen.error {
        Some(status) if status.code != 0 => Err(refusal(&status)),
        _ => Ok(choose(seen)),
    }
}

fn refusal(status: &Status) -> LabelError {
    let (code, message) = (status.code, told(&status.message));
    let reason = format!("Google Cloud Vision answered code {code}: {message}");
    match code {
        DEADLINE_EXCEEDED | RESOURCE_EXHAUSTED | INTERNAL | UNAVAILABLE => LabelError::Later {
            reason,
            after: None,
        },
        _ => LabelError::Refused(reason),
    }
}

fn choose(seen: Annotated) -> Vec<Label> {
    let mut entities = seen.label_annotations;
    entities.extend(seen.landmark_annotations);
    entities.extend(seen.logo_annotations);
    entities.extend(seen.localized_object_annotations);
    entities.retain(|entity| entity.score >= LEAST_SCORE);
    entities.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut known = HashSet::new();
    entities
        .iter()
        .filter_map(|entity| Label::parse(&entity.description).ok())
        .filter(|label| known.insert(label.clone()))
        .take(MOST)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn labels_of(response: &Value) -> Vec<String> {
        let answer = serde_json::from_value(json!({ "responses": [response] })).unwrap();
        let labels = labels(answer).unwrap();
        labels.iter().map(|l| l.as_str().to_owned()).collect()
    }

    #[test]
    fn all_kinds_are_mixed_by_certainty_and_each_label_comes_once() {
        let found = labels_of(&json!({
            "labelAnnotations": [
                { "mid": "/m/1", "description": "Dog", "score": 0.9, "topicality": 0.9 },
                { "description": "Sky", "score": 0.6 },
            ],
            "landmarkAnnotations": [{ "description": "Eiffel Tower", "score": 0.7 }],
            "logoAnnotations": [{ "description": "Google", "score": 0.8 }],
            "localizedObjectAnnotations": [
                { "name": "DOG", "score": 0.95 },
                { "name": "Ball", "score": 0.65 },
            ],
        }));
        assert_eq!(found, ["dog", "google", "eiffel tower", "ball", "sky"]);
    }

    #[test]
    fn what_is_not_certain_or_no_label_is_left_out() {
        let found = labels_of(&json!({
            "labelAnnotations": [
                { "description": "Sea", "score": 0.5 },
                { "description": "Cat", "score": 0.49 },
                { "description": "Unscored" },
                { "description": " ", "score": 0.9 },
                { "description": "x".repeat(51), "score": 0.9 },
                { "score": 0.9 },
            ],
        }));
        assert_eq!(found, ["sea"]);
    }

    #[test]
    fn there_are_at_most_twenty() {
        let entity = |n: u32| json!({ "description": format!("label {n}"), "score": 0.8 });
        let many: Vec<Value> = (0..30).map(entity).collect();
        let found = labels_of(&json!({ "labelAnnotations": many }));
        assert_eq!((found.len(), found[19].as_str()), (20, "label 19"));
    }

    #[test]
    fn nothing_seen_is_no_label() {
        assert!(labels_of(&json!({})).is_empty());
        assert!(labels(Answer::default()).unwrap().is_empty());
    }
}
