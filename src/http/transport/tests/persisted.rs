use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::support::Server;
use crate::ports::persisted::{MockPersistedQueries, PersistedQueries};
use crate::ports::store::{StoreError, StoreResult};
use crate::services::testing::Log;

/// Keeps everything.
#[derive(Default)]
pub(super) struct Notebook(Mutex<HashMap<String, Arc<str>>>);

#[async_trait]
impl PersistedQueries for Notebook {
    async fn get(&self, hash: &str) -> StoreResult<Option<Arc<str>>> {
        Ok(self.0.lock().unwrap().get(hash).cloned())
    }

    async fn put(&self, hash: &str, document: &str) -> StoreResult<()> {
        let mut kept = self.0.lock().unwrap();
        kept.insert(hash.to_owned(), document.into());
        Ok(())
    }
}

fn extension(document: &str) -> Value {
    let hash = hex::encode(Sha256::digest(document));
    json!({"persistedQuery": {"version": 1, "sha256Hash": hash}})
}

#[tokio::test]
async fn a_document_sent_once_is_known_by_its_hash() {
    let server = Server::new();
    let hello = json!({"data": {"hello": "world"}});
    let extensions = extension("{ hello }");
    let short = json!({ "extensions": extensions });
    let answer = server.json(short.clone()).await;
    answer.refused(200, "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(
        answer.json["errors"][0]["message"],
        "PersistedQueryNotFound"
    );
    let long = json!({"query": "{ hello }", "extensions": extensions});
    assert_eq!(server.json(long).await.json, hello);
    assert_eq!(server.json(short).await.json, hello);
    let by_get = server.get(&[("extensions", &extensions.to_string())]).await;
    assert_eq!(by_get.json, hello);
}

#[tokio::test]
async fn a_hash_of_something_else_is_refused_and_not_kept() {
    let server = Server::new();
    let extensions = extension("{ hello }");
    let forged = json!({"query": "mutation { touch }", "extensions": extensions});
    server.json(forged).await.refused(400, "BAD_USER_INPUT");
    let answer = server.json(json!({ "extensions": extensions })).await;
    answer.refused(200, "PERSISTED_QUERY_NOT_FOUND");
    for wrong in [
        json!({"version": 2}),
        json!(1),
        json!({"version": 1, "sha256Hash": "abc"}),
    ] {
        let body = json!({"query": "{ hello }", "extensions": {"persistedQuery": wrong}});
        server.json(body).await.refused(400, "BAD_USER_INPUT");
    }
}

#[tokio::test]
async fn a_document_that_is_refused_is_not_kept() {
    let server = Server::new();
    let document = "{";
    let extensions = extension(document);
    let answer = server
        .json(json!({"query": document, "extensions": extensions}))
        .await;
    answer.refused(200, "GRAPHQL_PARSE_FAILED");
    let answer = server.json(json!({ "extensions": extensions })).await;
    answer.refused(200, "PERSISTED_QUERY_NOT_FOUND");
}

/// G6
#[tokio::test]
async fn a_persisted_mutation_cannot_be_run_by_get() {
    let server = Server::new();
    let document = "mutation { touch }";
    let extensions = extension(document);
    server
        .json(json!({"query": document, "extensions": extensions}))
        .await;
    assert_eq!(server.effects(), 1);
    let answer = server.get(&[("extensions", &extensions.to_string())]).await;
    answer.refused(405, "METHOD_NOT_ALLOWED");
    assert_eq!(server.effects(), 1);
}

/// D1
#[tokio::test]
async fn while_the_keeper_is_away_documents_that_are_sent_along_are_run() {
    let mut away = MockPersistedQueries::new();
    away.expect_get()
        .returning(|_| Err(StoreError::Unavailable("away".into())));
    away.expect_put()
        .times(1)
        .returning(|_, _| Err(StoreError::Unavailable("away".into())));
    let server = Server::keeping(Arc::new(away));
    let extensions = extension("{ hello }");
    let answer = server.json(json!({ "extensions": extensions })).await;
    answer.refused(200, "PERSISTED_QUERY_NOT_FOUND");
    let long = json!({"query": "{ hello }", "extensions": extensions});
    let hello = json!({"data": {"hello": "world"}});
    assert_eq!(server.json(long).await.json, hello);
}

/// D1
#[tokio::test]
async fn an_outage_of_the_keeper_does_not_fill_the_log_but_another_failure_is_told() {
    for (away, level) in [(true, "DEBUG"), (false, "WARN")] {
        let failure = move || {
            if away {
                StoreError::Unavailable("away".into())
            } else {
                StoreError::Failed("odd".into())
            }
        };
        let mut keeper = MockPersistedQueries::new();
        keeper.expect_get().returning(move |_| Err(failure()));
        keeper.expect_put().returning(move |_, _| Err(failure()));
        let server = Server::keeping(Arc::new(keeper));
        let log = Log::default();
        let listening = log.listen();
        let extensions = extension("{ hello }");
        server.json(json!({ "extensions": extensions })).await;
        server
            .json(json!({"query": "{ hello }", "extensions": extensions}))
            .await;
        drop(listening);
        let text = log.text();
        let told = text.lines().filter(|line| line.contains("persisted query"));
        let level = format!("\"level\":\"{level}\"");
        let told = told.filter(|line| line.contains(&level)).count();
        assert_eq!(told, 2, "{text}");
    }
}

#[tokio::test]
async fn a_document_under_the_hash_of_another_is_not_run() {
    let mut forged = MockPersistedQueries::new();
    forged
        .expect_get()
        .returning(|_| Ok(Some("mutation { touch }".into())));
    let server = Server::keeping(Arc::new(forged));
    let answer = server
        .json(json!({ "extensions": extension("{ hello }") }))
        .await;
    answer.refused(200, "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(server.effects(), 0);
}
