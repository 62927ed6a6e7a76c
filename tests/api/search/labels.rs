//! The labels in use, as each viewer may know them.

use serde_json::{Value, json};

use crate::support::{Client, Server};

async fn labels(client: &Client, prefix: Value, first: Value) -> Vec<(String, i64)> {
    let query = "query($p: String, $n: Int) { labels(prefix: $p, first: $n) { name count } }";
    let answer = client.gql(query, json!({ "p": prefix, "n": first })).await;
    let counts = answer.data()["labels"].as_array().unwrap().iter();
    counts
        .map(|c| {
            (
                c["name"].as_str().unwrap().to_owned(),
                c["count"].as_i64().unwrap(),
            )
        })
        .collect()
}

fn counts(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected
        .iter()
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect()
}

async fn people() -> (Server, Client, Client, Vec<String>) {
    let server = Server::start().await;
    let (ann, bob) = (server.member("ann").await, server.member("bob").await);
    let inputs = [
        json!({ "title": "1", "labels": ["sea", "sun", "50%", "été"], "forSale": true }),
        json!({ "title": "2", "labels": ["Sea", "season"] }),
        json!({ "title": "3", "labels": ["sea", "secret"], "private": true }),
    ];
    let ids = bob.put_up_all(&inputs).await;
    (server, ann, bob, ids)
}

/// Z2
#[tokio::test]
async fn labels_are_counted_over_the_images_that_the_viewer_may_see() {
    let (_server, ann, bob, ids) = people().await;
    let known = [
        ("sea", 2),
        ("50%", 1),
        ("season", 1),
        ("sun", 1),
        ("été", 1),
    ];
    assert_eq!(labels(&ann, Value::Null, Value::Null).await, counts(&known));
    let own = [
        ("sea", 3),
        ("50%", 1),
        ("season", 1),
        ("secret", 1),
        ("sun", 1),
        ("été", 1),
    ];
    assert_eq!(labels(&bob, Value::Null, Value::Null).await, counts(&own));

    ann.buy(&ids[0]).await.data();
    bob.change(&ids[0], json!({ "archived": true }))
        .await
        .data();
    assert_eq!(
        labels(&ann, Value::Null, Value::Null).await,
        counts(&known),
        "what was bought stays"
    );
    bob.change(&ids[1], json!({ "private": true })).await.data();
    let left = [("50%", 1), ("sea", 1), ("sun", 1), ("été", 1)];
    assert_eq!(labels(&ann, json!(""), Value::Null).await, counts(&left));
}

#[tokio::test]
async fn labels_are_listed_by_prefix_the_most_used_first() {
    let (_server, ann, _bob, _ids) = people().await;
    let of = async |prefix: &str, first: i64| labels(&ann, json!(prefix), json!(first)).await;
    assert_eq!(of("SE", 100).await, counts(&[("sea", 2), ("season", 1)]));
    assert_eq!(of("s", 2).await, counts(&[("sea", 2), ("season", 1)]));
    assert_eq!(of("É", 20).await, counts(&[("été", 1)]));
    assert_eq!(of("50%", 20).await, counts(&[("50%", 1)]));
    for nothing in ["%", "_ea", "'", "\\", "secret", "sea "] {
        assert_eq!(of(nothing, 20).await, counts(&[]), "{nothing}");
    }
    let query = "query($p: String, $n: Int) { labels(prefix: $p, first: $n) { name } }";
    for (prefix, first, field) in [
        ("s", 0, "first"),
        ("s", 101, "first"),
        ("s", -1, "first"),
        (&*"s".repeat(51), 1, "prefix"),
    ] {
        let answer = ann.gql(query, json!({ "p": prefix, "n": first })).await;
        assert_eq!((answer.code(), answer.field()), ("BAD_USER_INPUT", field));
    }
}
