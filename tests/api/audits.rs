//! The audits of GraphQL over HTTP by the package graphql-http, against `POST /query`.

use std::process::Command;

use serde_json::Value;

use crate::support::Server;

/// How many the pinned version has.
const AUDITS: usize = 61;

/// What came of each audit.
fn audited(folder: &str, url: &str) -> Vec<Value> {
    let output = Command::new("node")
        .args(["audit.mjs", url])
        .current_dir(folder)
        .output()
        .expect("node runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let lines = output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

/// G5 G6
#[tokio::test]
async fn all_audits_of_graphql_over_http_pass() {
    let Ok(folder) = std::env::var("TEST_AUDITS") else {
        println!("TEST_AUDITS is not set: the audits of GraphQL over HTTP are left out");
        return;
    };
    let server = Server::start().await;
    let url = format!("{}/query", server.base);
    let results = tokio::task::spawn_blocking(move || audited(&folder, &url))
        .await
        .unwrap();
    let failed: Vec<&Value> = results
        .iter()
        .filter(|result| result["status"] != "ok")
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(results.len(), AUDITS);
}
