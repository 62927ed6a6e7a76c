//! Requests as clients of the first Shotify write them.

use serde_json::json;

use super::support::Server;

#[tokio::test]
async fn application_graphql_may_hold_json_or_a_bare_document() {
    let server = Server::new();
    let hello = json!({"data": {"hello": "world"}});
    for body in [
        " \r\n\t{\"query\": \"{ hello }\"}",
        "\u{feff}{ \"query\": \"query A { hello }\", \"operationName\": \"A\" }",
        "{ hello }",
        "\n # bare\n query A { hello }",
    ] {
        let answer = server.post("application/graphql", body).await;
        assert_eq!(answer.json, hello, "{body}");
    }
    for body in ["", "  ", "{}", "{\"qeury\": 1}"] {
        server
            .post("application/graphql", body)
            .await
            .refused(400, "BAD_USER_INPUT");
    }
}

#[tokio::test]
async fn integers_stand_for_floats_and_commas_between_fields() {
    let server = Server::new();
    let answer = server
        .query("{ a: double(number: 2), b: double(number: 3), hello, }")
        .await;
    assert_eq!(
        answer.json,
        json!({"data": {"a": 4.0, "b": 6.0, "hello": "world"}})
    );
    let variable =
        json!({"query": "query($n: Float!) { double(number: $n) }", "variables": {"n": 2}});
    assert_eq!(
        server.json(variable).await.json,
        json!({"data": {"double": 4.0}})
    );
}

#[tokio::test]
async fn empty_lists_names_and_parameters_are_taken() {
    let server = Server::new();
    let answer = server.query("{ count(items: []) }").await;
    assert_eq!(answer.json, json!({"data": {"count": 0}}));
    let answer = server
        .json(json!({"query": "{ hello }", "operationName": "", "variables": null, "extensions": null}))
        .await;
    assert_eq!(answer.json, json!({"data": {"hello": "world"}}));
    let answer = server
        .json(json!({"query": "query($i: [Int!]!) { count(items: $i) }", "variables": {"i": []}}))
        .await;
    assert_eq!(answer.json, json!({"data": {"count": 0}}));
}
