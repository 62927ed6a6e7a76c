//! The guard and the schema's secrets, seen from outside.

use std::time::Instant;

use serde_json::json;

use super::support::{Answer, Server};

/// The text so many times, each with its number for `#`.
fn numbered(times: usize, text: &str) -> String {
    let one = |number: usize| text.replace('#', &number.to_string());
    (0..times).map(one).collect()
}

async fn quickly(server: &Server, query: &str) -> Answer {
    let started = Instant::now();
    let answer = server.query(query).await;
    assert!(
        started.elapsed().as_millis() < 200,
        "took {:?}",
        started.elapsed()
    );
    assert!(answer.json.to_string().len() < 20_000);
    assert!(answer.json["errors"].as_array().unwrap().len() <= 10);
    answer
}

/// G1
#[tokio::test]
async fn deep_literals_and_variables_are_refused_and_the_server_lives_on() {
    let server = Server::new();
    let deep = "[".repeat(5_000) + &"]".repeat(5_000);
    for query in [
        format!("{{ count(items: {deep}) }}"),
        format!("query($a: [Int!]! = {deep}) {{ count(items: $a) }}"),
        format!("{{ hello @skip(if: {deep}) }}"),
    ] {
        quickly(&server, &query)
            .await
            .refused(400, "QUERY_TOO_COMPLEX");
    }
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let body = format!(r#"{{"query": "{{ hello }}", "variables": {{"a": {deep}}}}}"#);
    server
        .post("application/json", body)
        .await
        .refused(400, "QUERY_TOO_COMPLEX");
    assert_eq!(server.query("{ hello }").await.status, 200);
}

/// G3, G4
#[tokio::test]
async fn wide_documents_are_refused_in_no_time_with_a_short_answer() {
    let server = Server::new();
    let aliases = numbered(10_000, "a#: hello ");
    let logins = numbered(6, "a#: touch ");
    for query in [
        format!("{{ {aliases} }}"),
        format!("{{ {} }}", "hello ".repeat(20_000)),
        format!("{{ hello {} }}", "@skip(if: false) ".repeat(50_000)),
        format!("{}hello{}", "{ itself ".repeat(30), "}".repeat(30)),
        format!("mutation {{ {logins} }}"),
    ] {
        quickly(&server, &query)
            .await
            .refused(400, "QUERY_TOO_COMPLEX");
    }
    assert_eq!(server.effects(), 0);
}

/// G3, G8
#[tokio::test]
async fn many_errors_become_ten_short_ones() {
    let answer = quickly(&Server::new(), &format!("{{ {} }}", "nobody ".repeat(50))).await;
    assert_eq!(answer.json["errors"].as_array().unwrap().len(), 10);
    let long = format!("{{ double(number: \"{}\") }}", "x".repeat(15_000));
    assert!(quickly(&Server::new(), &long).await.json.to_string().len() < 1_500);
}

/// The costliest documents that pass the guard.
/// G2
#[tokio::test]
async fn the_largest_document_that_passes_is_validated_in_no_time() {
    let server = Server::new();
    let inner = numbered(40, "f#: __typename ");
    let text = format!(
        "{{ itself {{ ...A ...A }} }} fragment A on Query {{ ...B ...B ...B }}
         fragment B on Query {{ itself {{ {inner} }} }}"
    );
    let started = Instant::now();
    let answer = server.query(&text).await;
    assert!(answer.json.get("errors").is_none(), "{}", answer.json);
    assert!(
        started.elapsed().as_millis() < 300,
        "took {:?}",
        started.elapsed()
    );
}

/// G2
#[tokio::test]
async fn a_fragment_that_contains_itself_is_a_fault_of_the_document() {
    let text = "{ ...A } fragment A on Query { itself { ...A } }";
    let answer = quickly(&Server::new(), text).await;
    answer.refused(200, "GRAPHQL_VALIDATION_FAILED");
}

/// G7
#[tokio::test]
async fn without_introspection_neither_the_schema_nor_a_sibling_is_named() {
    let server = Server::with(|config| config.introspection = false);
    for query in [
        "{ __schema { types { name } } }",
        "{ ... { a: __type(name: \"Query\") { name } } }",
        "query A { hello } fragment F on Query { __schema { queryType { name } } }",
    ] {
        server
            .query(query)
            .await
            .refused(200, "GRAPHQL_VALIDATION_FAILED");
    }
    for query in ["{ helo }", "{ double(numbr: 1) }"] {
        let text = server.query(query).await.json.to_string();
        assert!(
            !text.contains("Did you mean") && !text.contains("\\\"hello\\\""),
            "{text}"
        );
    }
    let answer = server.query("{ __typename }").await;
    assert_eq!(answer.json, json!({"data": {"__typename": "Query"}}));
}

#[tokio::test]
async fn with_introspection_a_sibling_is_suggested() {
    let answer = Server::new().query("{ helo }").await;
    assert!(
        answer.json["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("Did you mean")
    );
}

#[tokio::test]
async fn a_syntax_error_says_where_and_what_without_the_text() {
    let answer = Server::new().query("{ hello(password: \"geheim\" }").await;
    answer.refused(200, "GRAPHQL_PARSE_FAILED");
    assert!(!answer.json.to_string().contains("geheim"));
    assert_eq!(answer.json["errors"][0]["locations"][0]["line"], 1);
}
