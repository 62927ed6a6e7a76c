//! Bad values of filters are refused by name.

use serde_json::{Value, json};

use crate::support::Server;

fn many(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("w{n}")).collect()
}

#[tokio::test]
async fn a_bad_filter_is_refused_by_its_path_in_either_list() {
    let server = Server::start().await;
    let ann = server.member("ann").await;
    let table = [
        (json!({ "priceLimit": -0.01 }), "priceLimit"),
        (
            json!({ "discountPercentLimit": -1 }),
            "discountPercentLimit",
        ),
        (json!({ "labels": ["a", ""] }), "labels.1"),
        (json!({ "labels": ["a", "b", "x".repeat(51)] }), "labels.2"),
        (json!({ "labels": ["a\u{0}"] }), "labels.0"),
        (json!({ "labels": many(31) }), "labels"),
        (json!({ "title": "x".repeat(401) }), "title"),
        (json!({ "text": many(33).join(" ") }), "text"),
    ];
    for (query, argument) in [
        (
            "query($f: ImageFilterInput) { searchImages(filter: $f) { nodes { id } } }",
            "filter",
        ),
        (
            "query($f: ImageFilterInput) { searchImages(filter: $f) { totalCount } }",
            "filter",
        ),
        (
            "query($f: ImageFilterInput) { images(input: $f) { id } }",
            "input",
        ),
    ] {
        for (filter, field) in &table {
            let answer = ann.gql(query, json!({ "f": filter })).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{filter}");
            assert_eq!(answer.field(), format!("{argument}.{field}"), "{filter}");
        }
    }
}

#[tokio::test]
async fn a_value_of_the_wrong_kind_is_refused_before_anything_runs() {
    let server = Server::start().await;
    let ann = server.member("ann").await;
    let query = "query($f: ImageFilterInput) { images(input: $f) { id } }";
    for filter in [
        json!({ "priceLimit": "10" }),
        json!({ "discountPercentLimit": 1.5 }),
        json!({ "private": "true" }),
        json!({ "labels": [null] }),
        json!({ "nonsense": 1 }),
        json!("x"),
    ] {
        let answer = ann.gql(query, json!({ "f": filter })).await;
        let code = answer.code();
        assert!(
            ["GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"].contains(&code),
            "{filter}: {}",
            answer.body
        );
        assert_eq!(
            answer.body.get("data").filter(|data| !data.is_null()),
            None::<&Value>,
            "{filter}"
        );
    }
}

/// G9
#[tokio::test]
async fn a_page_has_one_to_a_hundred_rows() {
    let server = Server::start().await;
    let ann = server.member("ann").await;
    let lists = [
        "images(ARG) { id }",
        "searchImages(ARG) { totalCount }",
        "users(ARG) { id }",
        "sales(ARG) { id }",
        "purchases(ARG) { totalCount }",
        "labels(ARG) { name }",
        "me { images(ARG) { id } }",
    ];
    for list in lists {
        for (first, ok) in [
            ("0", false),
            ("-1", false),
            ("101", false),
            ("2147483647", false),
            ("1", true),
            ("100", true),
            ("null", true),
        ] {
            let query = format!("{{ {} }}", list.replace("ARG", &format!("first: {first}")));
            let answer = ann.gql(&query, Value::Null).await;
            if ok {
                answer.data();
            } else {
                assert_eq!(
                    (answer.code(), answer.field()),
                    ("BAD_USER_INPUT", "first"),
                    "{query}"
                );
            }
        }
    }
    for list in [
        "searchImages(ARG) { totalCount }",
        "purchases(ARG) { totalCount }",
    ] {
        for (arguments, field) in [
            ("last: 0", "last"),
            ("last: 101", "last"),
            ("last: -1", "last"),
            ("first: 1, last: 1", "first"),
        ] {
            let query = format!("{{ {} }}", list.replace("ARG", arguments));
            let answer = ann.gql(&query, Value::Null).await;
            assert_eq!(
                (answer.code(), answer.field()),
                ("BAD_USER_INPUT", field),
                "{query}"
            );
        }
    }
}
