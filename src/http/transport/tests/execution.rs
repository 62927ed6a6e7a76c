//! What comes back from the executor.

use std::time::Duration;

use serde_json::json;

use super::support::Server;

#[tokio::test]
async fn an_error_of_a_field_leaves_the_rest_of_the_data() {
    let server = Server::new();
    let query = "{ hello nothing(code: \"PRICE_CHANGED\") }";
    for answer in [server.query(query).await, server.strict(query).await] {
        answer.refused(200, "PRICE_CHANGED");
        assert_eq!(answer.json["data"]["hello"], "world");
        assert!(answer.json["data"]["nothing"].is_null());
        assert_eq!(
            answer.json["errors"][0]["extensions"]["field"],
            "input.0.price"
        );
        assert_eq!(answer.json["errors"][0]["path"], json!(["nothing"]));
    }
}

#[tokio::test]
async fn data_that_became_null_is_still_data() {
    let server = Server::new();
    for answer in [
        server.query("{ required }").await,
        server.strict("{ required }").await,
    ] {
        answer.refused(200, "NOT_FOUND");
        assert_eq!(answer.json.get("data"), Some(&json!(null)));
    }
}

#[tokio::test]
async fn being_limited_or_unavailable_is_told_by_the_status_with_retry_after() {
    let server = Server::new();
    let limited = "a: nothing(code: \"RATE_LIMITED\", retryAfter: 7)";
    for answer in [
        server.query(&format!("{{ {limited} }}")).await,
        server.strict(&format!("{{ {limited} }}")).await,
    ] {
        answer.refused(429, "RATE_LIMITED");
        assert_eq!(answer.header("retry-after"), "7");
    }
    let answer = server.query("{ nothing(code: \"UNAVAILABLE\") }").await;
    answer.refused(503, "UNAVAILABLE");
    assert_eq!(answer.header("retry-after"), "1");
    let mixed = server
        .query(&format!("{{ {limited} b: nothing(code: \"NOT_FOUND\") }}"))
        .await;
    assert_eq!(mixed.status, 200);
    assert!(!mixed.headers.contains_key("retry-after"));
}

/// G8
#[tokio::test]
async fn an_error_that_nobody_foresaw_shows_nothing_of_itself() {
    let answer = Server::new().query("{ secret }").await;
    answer.refused(200, "INTERNAL");
    let text = answer.json.to_string();
    assert!(!text.contains("SELECT") && !text.contains("/srv"), "{text}");
}

/// G8
#[tokio::test]
async fn a_panic_is_an_internal_error_and_the_server_lives_on() {
    let server = Server::new();
    let answer = server.query("{ panics }").await;
    answer.refused(200, "INTERNAL");
    assert!(!answer.json.to_string().contains("at the resolver"));
    server.strict("{ panics }").await.refused(500, "INTERNAL");
    assert_eq!(server.query("{ hello }").await.status, 200);
}

/// G10
#[tokio::test]
async fn an_execution_past_its_deadline_is_given_up() {
    let server = Server::with(|config| config.deadline = Duration::from_millis(50));
    let answer = server.query("{ hangs }").await;
    answer.refused(503, "UNAVAILABLE");
    assert_eq!(answer.header("retry-after"), "1");
}

/// G8
#[tokio::test]
async fn values_and_operations_that_do_not_fit_have_codes() {
    let server = Server::new();
    let named = json!({"query": "query A { hello }", "operationName": "B"});
    server
        .json(named)
        .await
        .refused(200, "GRAPHQL_VALIDATION_FAILED");
    let several = server.query("query A { hello } query B { hello }").await;
    several.refused(200, "GRAPHQL_VALIDATION_FAILED");
    let value =
        json!({"query": "query($n: Int!) { count(items: [$n]) }", "variables": {"n": 1e10}});
    let answer = server.json(value).await;
    assert!(["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&answer.code()));
    let unknown = server.query("query($a: Nope = 1) { hello }").await;
    assert_eq!(unknown.code(), "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn headers_of_the_answer_reach_the_client_each_cookie_of_them() {
    let answer = Server::new().query("{ signsIn }").await;
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert_eq!(answer.header("x-csrf-token"), "token");
}
