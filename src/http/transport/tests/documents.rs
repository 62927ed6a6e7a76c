//! The guard and the schema's secrets, seen from outside.

use std::{fmt::Write as _, time::Duration};

use serde_json::json;

use super::{
    cpu_time::cpu_time,
    support::{Answer, Server},
};

/// What the largest request that passes may take of the processor in a build without optimisation.
const ENOUGH: Duration = Duration::from_millis(400);

/// The text so many times, each with its number for `#`.
fn numbered(times: usize, text: &str) -> String {
    let one = |number: usize| text.replace('#', &number.to_string());
    (0..times).map(one).collect()
}

/// Works in this thread alone, so that its time tells what the request costs.
fn quickly(server: &Server, query: &str) -> Answer {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let (took, answer) = cpu_time(|| runtime.unwrap().block_on(server.query(query)));
    assert!(took < ENOUGH, "took {took:?}: {query:.80}");
    let text = answer.json["errors"].to_string();
    assert!(text.len() < 20_000, "{} bytes: {text:.300}", text.len());
    assert!(
        answer.json["errors"]
            .as_array()
            .is_none_or(|errors| errors.len() <= 10)
    );
    answer
}

/// G1
#[test]
fn deep_literals_are_refused_and_the_server_lives_on() {
    let server = Server::new();
    let deep = "[".repeat(5_000) + &"]".repeat(5_000);
    for query in [
        format!("{{ count(items: {deep}) }}"),
        format!("query($a: [Int!]! = {deep}) {{ count(items: $a) }}"),
        format!("{{ hello @skip(if: {deep}) }}"),
    ] {
        quickly(&server, &query).refused(400, "QUERY_TOO_COMPLEX");
    }
    assert_eq!(quickly(&server, "{ hello }").status, 200);
}

/// G1
#[tokio::test]
async fn deep_variables_are_refused_and_the_server_lives_on() {
    let server = Server::new();
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let body = format!(r#"{{"query": "{{ hello }}", "variables": {{"a": {deep}}}}}"#);
    server
        .post("application/json", body)
        .await
        .refused(400, "QUERY_TOO_COMPLEX");
    assert_eq!(server.query("{ hello }").await.status, 200);
}

/// G3, G4
#[test]
fn wide_documents_are_refused_in_no_time_with_a_short_answer() {
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
        quickly(&server, &query).refused(400, "QUERY_TOO_COMPLEX");
    }
    assert_eq!(server.effects(), 0);
}

/// G3, G8
#[test]
fn many_errors_become_ten_short_ones() {
    let answer = quickly(&Server::new(), &format!("{{ {} }}", "nobody ".repeat(50)));
    assert_eq!(answer.json["errors"].as_array().unwrap().len(), 10);
    let long = format!("{{ double(number: \"{}\") }}", "x".repeat(15_000));
    assert!(quickly(&Server::new(), &long).json.to_string().len() < 1_500);
}

/// G3
#[test]
fn errors_below_a_name_as_long_as_a_document_stay_short_together() {
    let failing = numbered(10, "f#: secret ");
    let text = format!("{{ {}: itself {{ {failing} }} }}", "a".repeat(15_000));
    let answer = quickly(&Server::new(), &text);
    assert_eq!(answer.code(), "INTERNAL");
}

/// G3
#[tokio::test]
async fn a_refusal_never_repeats_all_of_a_long_name() {
    let server = Server::new();
    let long = "n".repeat(5_000);
    let text = format!("query(${long}: Int!) {{ count(items: [${long}]) }}");
    let map = format!(r#"{{"0": ["variables.{long}"]}}"#);
    let operations = r#"{"query": "{ hello }", "variables": {}}"#;
    for answer in [
        server.query(&text).await,
        server
            .query(&format!(
                "{{ ...{long} }} fragment {long} on Query {{ ...{long} }}"
            ))
            .await,
        server
            .form(&[("operations", operations), ("map", &map), ("0", "x")])
            .await,
    ] {
        let message = answer.json["errors"][0]["message"].as_str().unwrap();
        assert!(message.len() < 1_000 && message.ends_with('…'), "{message}");
    }
}

/// The costliest documents that pass the guard.
/// G2
#[test]
fn the_largest_document_that_passes_is_validated_in_no_time() {
    let server = Server::new();
    let inner = numbered(40, "f#: __typename ");
    let mut text = format!(
        "{{ itself {{ ...A ...A }} }} fragment A on Query {{ ...B ...B ...B }}
         fragment B on Query {{ itself {{ {inner} }} }}"
    );
    write!(text, " # {}", "x".repeat(14_000)).unwrap();
    let answer = quickly(&server, &text);
    assert!(answer.json.get("errors").is_none(), "{}", answer.json);
}

/// G2
#[test]
fn a_fragment_that_contains_itself_is_a_fault_of_the_document() {
    let text = "{ ...A } fragment A on Query { itself { ...A } }";
    let answer = quickly(&Server::new(), text);
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
