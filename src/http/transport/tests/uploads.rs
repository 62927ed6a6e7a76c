//! Files in the variables, of mutations and of queries.

use serde_json::json;

use super::support::Server;

const FILE: &str = "upload/None: bytes";

async fn sent(query: &str, variables: serde_json::Value, path: &str) -> serde_json::Value {
    let operations = json!({"query": query, "variables": variables}).to_string();
    let map = json!({"0": [path]}).to_string();
    let parts = [("operations", &*operations), ("map", &*map), ("0", "bytes")];
    let answer = Server::new().form(&parts).await;
    assert_eq!(answer.status, 200, "{}", answer.json);
    answer.json
}

/// U9
#[tokio::test]
async fn a_file_may_land_anywhere_in_the_variables() {
    let upload = json!({"data": {"upload": [format!("a={FILE}")]}});
    let whole = "mutation($input: [NewImage!]!) { upload(input: $input) }";
    let variables = json!({"input": [{"title": "a", "file": null}]});
    assert_eq!(
        sent(whole, variables, "variables.input.0.file").await,
        upload
    );
    let inner = "mutation($file: Upload!) { upload(input: [{title: \"a\", file: $file}]) }";
    assert_eq!(
        sent(inner, json!({"file": null}), "variables.file").await,
        upload
    );
    assert_eq!(
        sent(inner, json!({"file": {}}), "variables.file").await,
        upload
    );
    let top = "mutation($file: Upload!) { avatar(file: $file) }";
    let answer = sent(top, json!({"file": null}), "variables.file").await;
    assert_eq!(answer, json!({"data": {"avatar": FILE}}));
}

#[tokio::test]
async fn a_query_may_have_upload_variables() {
    let images = json!({"data": {"images": FILE}});
    let file = || json!({"file": null});
    for query in [
        "query($file: Upload!) { images(input: {image: $file}) }",
        "query($file: Upload) { images(input: {image: $file}) }",
        "query A($file: Upload!) { ...F } fragment F on Query { images(input: {image: $file}) }",
        "query A($file: Upload!) { ... { images(input: {image: $file}) } }",
    ] {
        assert_eq!(
            sent(query, file(), "variables.file").await,
            images,
            "{query}"
        );
    }
    let whole = "query($input: Search!) { images(input: $input) }";
    let variables = json!({"input": {"image": null}});
    assert_eq!(
        sent(whole, variables, "variables.input.image").await,
        images
    );
    let both =
        "query($file: Upload!, $title: String!) { images(input: {image: $file, title: $title}) }";
    let answer = sent(both, json!({"file": null, "title": "x"}), "variables.file").await;
    assert_eq!(answer, json!({"data": {"images": format!("x{FILE}")}}));
}

#[tokio::test]
async fn a_query_without_its_file_is_told_so() {
    let server = Server::new();
    let required = "query($file: Upload!) { images(input: {image: $file}) }";
    let answer = server.query(required).await;
    answer.refused(200, "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(
        answer.json["errors"][0]["extensions"]["field"],
        "variables.file"
    );
    let optional = "query($file: Upload) { images(input: {image: $file}) }";
    assert_eq!(
        server.query(optional).await.json,
        json!({"data": {"images": ""}})
    );
}

#[tokio::test]
async fn one_document_may_hold_queries_and_mutations_with_the_same_file() {
    let document = "query A($file: Upload!) { images(input: {image: $file}) }
                    mutation B($file: Upload!) { avatar(file: $file) }";
    for (name, field) in [("A", "images"), ("B", "avatar")] {
        let operations =
            json!({"query": document, "operationName": name, "variables": {"file": null}});
        let operations = operations.to_string();
        let map = r#"{"0": ["variables.file"]}"#;
        let parts = [("operations", &*operations), ("map", map), ("0", "bytes")];
        let answer = Server::new().form(&parts).await;
        assert_eq!(answer.json, json!({"data": {field: FILE}}));
    }
}

/// U10
#[tokio::test]
async fn the_mark_of_an_upload_cannot_be_forged() {
    let server = Server::new();
    let variable = json!({
        "query": "mutation($file: Upload!) { avatar(file: $file) }",
        "variables": {"file": "#__graphql_file__:x"},
    });
    server.json(variable).await.refused(400, "BAD_USER_INPUT");
    for query in [
        "mutation { avatar(file: \"#__graphql_file__:0\") }",
        "mutation { avatar(file: \"\"\"#__graphql_file__:9\"\"\") }",
        "mutation { avatar(file: \"\\u0023__graphql_file__:0\") }",
        "mutation { upload(input: [{title: \"a\", file: \"#__graphql_file__:0\"}]) }",
        "mutation($file: Upload! = \"#__graphql_file__:0\") { avatar(file: $file) }",
        "{ ...F } fragment F on Query { images(input: {image: \"#__graphql_file__:0\"}) }",
    ] {
        server.query(query).await.refused(400, "BAD_USER_INPUT");
    }
    let plain = server.query("mutation { avatar(file: \"x\") }").await;
    assert_ne!(plain.code(), "INTERNAL");
}
