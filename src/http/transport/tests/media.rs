//! Media types of requests and answers, and the status codes that go with them.

use axum::{body::Body, http::Request};
use serde_json::json;

use super::support::Server;

const BODY: &str = r#"{"query": "{ hello }"}"#;

#[tokio::test]
async fn a_query_as_json_answers_as_json_that_nobody_keeps() {
    let answer = Server::new().query("{ hello }").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        "application/json; charset=utf-8"
    );
    assert_eq!(answer.json, json!({"data": {"hello": "world"}}));
}

#[tokio::test]
async fn the_media_type_of_graphql_over_http_is_spoken_when_asked_for() {
    let answer = Server::new().strict("{ hello }").await;
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .header("content-type")
            .starts_with("application/graphql-response+json")
    );
    assert_eq!(answer.json, json!({"data": {"hello": "world"}}));
}

/// G6
#[tokio::test]
async fn a_form_of_a_browser_or_no_content_type_at_all_has_no_effect() {
    let server = Server::new();
    let body = r#"{"query": "mutation { touch }"}"#;
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
    ] {
        server
            .post(content_type, body)
            .await
            .refused(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    let bare = Request::post("/query").body(Body::from(body)).unwrap();
    server
        .send(bare)
        .await
        .refused(415, "UNSUPPORTED_MEDIA_TYPE");
    assert_eq!(server.effects(), 0);
}

#[tokio::test]
async fn another_charset_or_an_encoding_is_refused() {
    let server = Server::new();
    let answer = server.post("application/json; charset=utf-16", BODY).await;
    answer.refused(415, "UNSUPPORTED_MEDIA_TYPE");
    assert_eq!(
        server
            .post("application/json; charset=UTF-8", BODY)
            .await
            .status,
        200
    );
    let packed = Request::post("/query")
        .header("content-type", "application/json")
        .header("content-encoding", "gzip");
    let answer = server.send(packed.body(Body::from(BODY)).unwrap()).await;
    answer.refused(415, "UNSUPPORTED_MEDIA_TYPE");
}

#[tokio::test]
async fn an_answer_that_nobody_accepts_is_refused_before_anything_happens() {
    let server = Server::new();
    let request = Request::post("/query")
        .header("content-type", "application/json")
        .header("accept", "text/html, application/json;q=0");
    let body = Body::from(r#"{"query": "mutation { touch }"}"#);
    server
        .send(request.body(body).unwrap())
        .await
        .refused(406, "NOT_ACCEPTABLE");
    assert_eq!(server.effects(), 0);
}

#[tokio::test]
async fn a_body_that_is_no_request_is_a_bad_one() {
    let server = Server::new();
    for body in [
        "",
        "{",
        "null",
        "\"{ hello }\"",
        "{}",
        r#"{"qeury": "{ hello }"}"#,
        r#"{"query": 1}"#,
        r#"{"query": "{ hello }", "variables": []}"#,
        r#"{"query": "{ hello }", "variables": "{}"}"#,
        r#"{"query": "{ hello }", "operationName": {}}"#,
        r#"{"query": "{ hello }", "extensions": false}"#,
        "{\"query\": \"\u{0}\"}",
    ] {
        let answer = server.post("application/json", body).await;
        answer.refused(400, "BAD_USER_INPUT");
        assert!(answer.json.get("data").is_none());
    }
    let latin = server
        .post(
            "application/json",
            b"{\"query\": \"{ h\xe9llo }\"}".to_vec(),
        )
        .await;
    latin.refused(400, "BAD_USER_INPUT");
}

/// G5
#[tokio::test]
async fn a_batch_is_refused() {
    let server = Server::new();
    let batch = json!([{"query": "mutation { touch }"}, {"query": "mutation { touch }"}]);
    for content_type in ["application/json", "application/graphql"] {
        let answer = server.post(content_type, batch.to_string()).await;
        answer.refused(400, "BAD_USER_INPUT");
    }
    assert_eq!(server.effects(), 0);
}

/// U10
#[tokio::test]
async fn a_json_body_over_a_mebibyte_is_too_large() {
    let server = Server::new();
    let body = |size: usize| format!("{}{}", BODY, " ".repeat(size - BODY.len()));
    assert_eq!(
        server.post("application/json", body(1 << 20)).await.status,
        200
    );
    let answer = server.post("application/json", body((1 << 20) + 1)).await;
    answer.refused(413, "PAYLOAD_TOO_LARGE");
    let announced = Request::post("/query")
        .header("content-type", "application/json")
        .header("content-length", "99999999");
    let answer = server.send(announced.body(Body::from(BODY)).unwrap()).await;
    answer.refused(413, "PAYLOAD_TOO_LARGE");
}

#[tokio::test]
async fn faults_of_the_document_are_200_as_json_and_400_as_graphql_response() {
    let server = Server::new();
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nobody }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ double(number: \"x\") }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "query($n: Float!) { double(number: $n) }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("subscription { x }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        server.query(query).await.refused(200, code);
        let answer = server.strict(query).await;
        answer.refused(400, code);
        assert!(answer.json.get("data").is_none(), "{}", answer.json);
    }
}
