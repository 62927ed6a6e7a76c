//! Which methods do what.

use axum::{body::Body, http::Request};
use serde_json::json;

use super::support::Server;

#[tokio::test]
async fn a_query_can_be_sent_by_get() {
    let server = Server::new();
    let answer = server.get(&[("query", "{ hello }")]).await;
    assert_eq!(answer.json, json!({"data": {"hello": "world"}}));
    let answer = server
        .get(&[
            (
                "query",
                "query A($n: Float!) { double(number: $n) } query B { hello }",
            ),
            ("variables", r#"{"n": 2}"#),
            ("operationName", "A"),
            ("extensions", r#"{"a": 1}"#),
        ])
        .await;
    assert_eq!(answer.json, json!({"data": {"double": 4.0}}));
}

/// G6
#[tokio::test]
async fn a_mutation_by_get_has_no_effect() {
    let server = Server::new();
    for pairs in [
        &[("query", "mutation { touch }")][..],
        &[("query", "mutationA { touch }")],
        &[
            ("query", "query A { hello } mutation B { touch }"),
            ("operationName", "B"),
        ],
        &[(
            "query",
            "mutation { ...F } fragment F on Mutation { touch }",
        )],
    ] {
        let answer = server.get(pairs).await;
        answer.refused(405, "METHOD_NOT_ALLOWED");
        assert_eq!(answer.header("allow"), "POST");
    }
    assert_eq!(server.effects(), 0);
}

#[tokio::test]
async fn a_get_without_a_proper_query_is_a_bad_request() {
    let server = Server::new();
    for pairs in [
        &[][..],
        &[("query", "")],
        &[("query", "{ hello }"), ("query", "{ hello }")],
        &[("query", "{ hello }"), ("variables", "[]")],
        &[("query", "{ hello }"), ("variables", "{")],
    ] {
        server.get(pairs).await.refused(400, "BAD_USER_INPUT");
    }
}

/// G6
#[tokio::test]
async fn other_methods_are_told_which_are_allowed() {
    let server = Server::new();
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
        let request = Request::builder()
            .method(method)
            .uri("/query")
            .header("content-type", "application/json")
            .body(Body::from(r#"{"query": "mutation { touch }"}"#));
        let answer = server.send(request.unwrap()).await;
        answer.refused(405, "METHOD_NOT_ALLOWED");
        assert_eq!(answer.header("allow"), "GET, HEAD, POST");
    }
    assert_eq!(server.effects(), 0);
}

#[tokio::test]
async fn what_stands_in_the_url_of_a_post_is_ignored() {
    let server = Server::new();
    let request = Request::post("/query?logout&query=mutation{touch}&operationName=X&variables=[")
        .header("content-type", "application/json")
        .body(Body::from(r#"{"query": "{ hello }"}"#));
    let answer = server.send(request.unwrap()).await;
    assert_eq!(answer.json, json!({"data": {"hello": "world"}}));
    assert_eq!(server.effects(), 0);
}
