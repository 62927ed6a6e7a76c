//! `requests.har` at the project's root: a sample of every operation, which still works.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod archive;
mod replay;

use std::collections::BTreeSet;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use serde_json::Value;

use crate::support::Server;
use archive::entries;
use replay::Replay;

/// The fields of `Query` and `Mutation`.
fn operations() -> BTreeSet<String> {
    let document = parse_schema(include_str!("../../../schema.graphql")).unwrap();
    let mut fields = BTreeSet::new();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let root = matches!(definition.node.name.node.as_str(), "Query" | "Mutation");
        if let (true, TypeKind::Object(object)) = (root, &definition.node.kind) {
            let names = object
                .fields
                .iter()
                .map(|field| field.node.name.to_string());
            fields.extend(names);
        }
    }
    fields
}

#[test]
fn every_operation_of_the_schema_has_a_sample() {
    let sampled: BTreeSet<String> = entries().iter().flat_map(archive::operations_of).collect();
    assert_eq!(
        operations().difference(&sampled).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
    assert_eq!(
        sampled.difference(&operations()).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
}

/// What HAR 1.2 demands of an entry; importers are strict about it.
#[test]
fn the_archive_is_complete_for_postman_and_insomnia() {
    let log = &archive::archive()["log"];
    assert_eq!(log["version"], "1.2");
    assert!(log["creator"]["name"].is_string() && log["creator"]["version"].is_string());
    let request = [
        "method",
        "url",
        "httpVersion",
        "cookies",
        "headers",
        "queryString",
        "headersSize",
        "bodySize",
    ];
    let response = [
        "status",
        "statusText",
        "httpVersion",
        "cookies",
        "headers",
        "content",
        "redirectURL",
        "headersSize",
        "bodySize",
    ];
    let has = |object: &Value, names: &[&str]| names.iter().all(|name| !object[*name].is_null());
    for entry in entries() {
        assert!(
            has(
                &entry,
                &[
                    "startedDateTime",
                    "time",
                    "request",
                    "response",
                    "cache",
                    "timings"
                ]
            ),
            "{entry}"
        );
        assert!(
            has(&entry["request"], &request) && has(&entry["response"], &response),
            "{entry}"
        );
        assert!(
            has(&entry["timings"], &["send", "wait", "receive"]),
            "{entry}"
        );
        let body = &entry["request"]["postData"];
        assert!(body.is_null() || body["mimeType"].is_string(), "{entry}");
    }
}

#[tokio::test]
async fn the_samples_work_one_after_the_other_and_answer_as_recorded() {
    let server = Server::start().await;
    let mut replay = Replay::new(server.guest());
    for entry in entries() {
        let answer = replay.play(&entry).await;
        let what = &entry["comment"];
        assert_eq!(answer.status, 200, "{what}: {}", answer.body);
        answer.data();
        let recorded = entry["response"]["content"]["text"].as_str().unwrap();
        let recorded: Value = serde_json::from_str(recorded).unwrap();
        assert!(
            archive::same_shape(&recorded, &answer.body),
            "{what}: recorded {recorded}, now {}",
            answer.body
        );
    }
}
