//! What is no picture is refused by name, as an upload of it would be.

use serde_json::{Value, json};

use super::ask;
use crate::corpus;
use crate::support::{Answer, Client, Server};

const LISTS: [(&str, &str); 2] = [
    (
        "query($file: Upload!) { images(input: {image: $file}) { id } }",
        "input.image",
    ),
    (
        "query($file: Upload!) { searchImages(filter: {image: $file}) { totalCount } }",
        "filter.image",
    ),
];

async fn search(client: &Client, query: &str, picture: &[u8]) -> Answer {
    ask(
        client,
        query,
        json!({ "file": null }),
        "variables.file",
        picture,
    )
    .await
}

#[tokio::test]
async fn a_file_that_is_no_good_picture_is_refused_by_its_path() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let torn = &corpus::jpeg(64, 64)[..200];
    let (bomb, tall) = (
        corpus::lying_png(50_000, 50_000),
        corpus::lying_jpeg(60_000, 60_000),
    );
    let table: [(&[u8], &str); 6] = [
        (b"", "UNSUPPORTED_IMAGE"),
        (b"no picture at all", "UNSUPPORTED_IMAGE"),
        (b"GIF89a\x01\0\x01\0\0\0\0;", "UNSUPPORTED_IMAGE"),
        (torn, "UNSUPPORTED_IMAGE"),
        (&bomb, "PAYLOAD_TOO_LARGE"),
        (&tall, "PAYLOAD_TOO_LARGE"),
    ];
    for (query, field) in LISTS {
        for (picture, code) in table {
            let answer = search(&anna, query, picture).await;
            assert_eq!(
                (answer.code(), answer.field()),
                (code, field),
                "{}",
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn a_search_by_picture_needs_a_session_and_its_token() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let picture = corpus::png(8, 8);
    for (query, _) in LISTS {
        let answer = search(&server.guest(), query, &picture).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED");
    }
    anna.csrf.lock().unwrap().take();
    for (query, _) in LISTS {
        assert_eq!(search(&anna, query, &picture).await.code(), "CSRF_FAILED");
    }
}

#[tokio::test]
async fn a_picture_that_is_null_or_absent_does_not_narrow() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    anna.put_up_one(json!({ "title": "One" })).await;
    let query = "query($f: ImageFilterInput) { images(input: $f) { title } }";
    for filter in [json!({}), json!({ "image": null })] {
        let answer = anna.gql(query, json!({ "f": filter })).await;
        assert_eq!(answer.data()["images"], json!([{ "title": "One" }]));
    }
    let answer = anna.gql(query, json!({ "f": { "image": "a text" } })).await;
    let code = answer.code();
    assert!(
        ["GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"].contains(&code),
        "{code}"
    );
}

#[tokio::test]
async fn a_hidden_image_and_an_unknown_one_have_the_same_likes() {
    let server = Server::start().await;
    let (anna, bob) = (server.member("anna").await, server.member("bob").await);
    let hidden = anna
        .put_up_one(json!({ "title": "Hidden", "private": true }))
        .await;
    let query =
        "query($id: ID!, $n: Int = 20) { similarImages(id: $id, first: $n) { similarity } }";
    let unknown = bob.gql(query, json!({ "id": "999999" })).await;
    assert_eq!(unknown.code(), "NOT_FOUND");
    for id in [hidden.as_str(), "0", "-1", "x", ""] {
        let answer = bob.gql(query, json!({ "id": id })).await;
        assert_eq!(answer.body, unknown.body, "{id:?}");
    }
    assert_eq!(
        anna.gql(query, json!({ "id": hidden })).await.data()["similarImages"],
        json!([])
    );
    for first in [0, -1, 101] {
        let answer = anna.gql(query, json!({ "id": hidden, "n": first })).await;
        assert_eq!((answer.code(), answer.field()), ("BAD_USER_INPUT", "first"));
    }
    let guest = server.guest();
    let answer = guest
        .gql("{ similarImages(id: 1) { similarity } }", Value::Null)
        .await;
    assert_eq!(answer.code(), "UNAUTHENTICATED");
}

/// L3: looking at a picture costs as much as an upload, and a document can name one file again and again.
#[tokio::test]
async fn a_request_searches_by_two_pictures_and_no_more() {
    let server = Server::start().await;
    let anna = server.member("anna").await;
    let of = |count: usize| {
        let fields: Vec<String> = (0..count)
            .map(|n| format!("a{n}: images(input: {{image: $file}}) {{ id }}"))
            .collect();
        format!("query($file: Upload!) {{ {} }}", fields.join(" "))
    };
    let picture = corpus::png(16, 16);
    search(&anna, &of(2), &picture).await.data();
    let answer = search(&anna, &of(3), &picture).await;
    assert_eq!(answer.code(), "QUERY_TOO_COMPLEX", "{}", answer.body);
}
