//! A field that fails: null where it may be, else what holds it (GraphQL specification, section 6.4.4).

use serde_json::{Value, json};

use crate::corpus;
use crate::support::{PASSWORD, Server};

#[tokio::test]
async fn a_failed_field_never_breaks_a_type_of_the_schema() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    anna.put_up(json!({ "title": "A" }), corpus::png(8, 8))
        .await;
    let cases = [
        (
            "{ me { id images(first: 0) { id } } }",
            json!({ "me": null }),
        ),
        (
            "{ searchImages { nodes { id user { images(first: 101) { id } } } } }",
            Value::Null,
        ),
        (
            "{ me { id } image(id: \"1\") { user { images(first: 0) { id } } } }",
            json!({ "me": { "id": "1" }, "image": null }),
        ),
    ];
    for (query, expected) in cases {
        let answer = anna.gql(query, Value::Null).await;
        assert_eq!(
            (answer.code(), answer.field()),
            ("BAD_USER_INPUT", "first"),
            "{query}"
        );
        assert_eq!(answer.body["data"], expected, "{query}");
    }
}

#[tokio::test]
async fn a_mutation_that_fails_takes_the_data_along_and_its_error_names_it() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let query = "mutation { a: deleteImages(input: []) b: deleteImages(input: [1]) }";
    let answer = anna.gql(query, Value::Null).await;
    assert_eq!(
        (answer.code(), &answer.body["data"]),
        ("NOT_FOUND", &Value::Null)
    );
    assert_eq!(answer.error()["path"], json!(["b"]));
}

#[tokio::test]
async fn who_has_just_registered_has_no_images() {
    let server = Server::start().await;
    let input = json!({ "username": "anna", "email": "anna@example.com", "password": PASSWORD });
    let query = "mutation($input: NewUserInput!) { registerUser(input: $input) { username images { id } } }";
    let answer = server.guest().gql(query, json!({ "input": input })).await;
    assert_eq!(
        answer.data()["registerUser"],
        json!({ "username": "anna", "images": [] })
    );
}
