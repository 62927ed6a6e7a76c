//! Pages of what a picture finds.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{ask, photo};
use crate::corpus;
use crate::support::{Client, Server};

const PAGE: &str = "query($file: Upload!, $o: ImageOrder, $first: Int, $after: String, $last: Int, $before: String) {
    searchImages(filter: {image: $file}, orderBy: $o, first: $first, after: $after, last: $last, before: $before) {
        nodes { id } totalCount pageInfo { hasPreviousPage hasNextPage startCursor endCursor } } }";

/// Everything is found by everything, so that the list is long; ten of them are the same picture.
async fn gallery() -> (Server, Client) {
    let server = Server::with(&[("SIMILARITY_LEAST", "0")]).await;
    let anna = server.member("anna").await;
    let names = ["blue-cave", "dutar", "giant-panda", "red-pyramid"];
    let photos = names.map(|name| (json!({ "title": name }), photo(name)));
    anna.upload_all(photos.to_vec()).await.data();
    let same: Vec<Value> = (0..10)
        .map(|n| json!({ "title": format!("{n}") }))
        .collect();
    anna.put_up_all(&same).await;
    (server, anna)
}

async fn page(client: &Client, mut arguments: Value) -> Value {
    arguments["file"] = Value::Null;
    let answer = ask(
        client,
        PAGE,
        arguments,
        "variables.file",
        &corpus::png(8, 8),
    )
    .await;
    answer.data()["searchImages"].clone()
}

fn ids(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().unwrap().iter();
    nodes
        .map(|node| node["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn pages_make_up_the_whole_list_from_either_end() {
    let (_server, anna) = gallery().await;
    let whole = page(&anna, json!({ "first": 100 })).await;
    let all = ids(&whole);
    assert!(all.len() > 10, "{all:?}");
    assert_eq!(whole["totalCount"], all.len());
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());

    let (mut forward, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = page(&anna, json!({ "first": 4, "after": after })).await;
        assert_eq!(page["totalCount"], all.len());
        assert_eq!(page["pageInfo"]["hasPreviousPage"], !forward.is_empty());
        forward.extend(ids(&page));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(forward, all);

    let (mut backward, mut before) = (Vec::new(), Value::Null);
    loop {
        let page = page(&anna, json!({ "last": 3, "before": before })).await;
        backward.splice(0..0, ids(&page));
        before = page["pageInfo"]["startCursor"].clone();
        if page["pageInfo"]["hasPreviousPage"] == false {
            break;
        }
    }
    assert_eq!(backward, all);
}

#[tokio::test]
async fn the_order_is_by_likeness_whatever_is_asked_for() {
    let (_server, anna) = gallery().await;
    let all = ids(&page(&anna, json!({})).await);
    for order in [
        "NEWEST",
        "OLDEST",
        "PRICE_ASC",
        "PRICE_DESC",
        "DISCOUNT_DESC",
        "RELEVANCE",
    ] {
        assert_eq!(
            ids(&page(&anna, json!({ "o": order })).await),
            all,
            "{order}"
        );
    }
}

#[tokio::test]
async fn a_cursor_belongs_to_its_order() {
    let (_server, anna) = gallery().await;
    let query = "{ searchImages(first: 1) { pageInfo { endCursor } } }";
    let newest = anna.gql(query, Value::Null).await;
    let newest = &newest.data()["searchImages"]["pageInfo"]["endCursor"];
    for (field, arguments) in [
        (
            "after",
            json!({ "file": null, "first": 1, "after": newest }),
        ),
        (
            "before",
            json!({ "file": null, "last": 1, "before": newest }),
        ),
    ] {
        let answer = ask(&anna, PAGE, arguments, "variables.file", &corpus::png(8, 8)).await;
        assert_eq!((answer.code(), answer.field()), ("BAD_USER_INPUT", field));
    }
    let alike = page(&anna, json!({ "first": 1 })).await;
    let alike = &alike["pageInfo"]["endCursor"];
    for order in ["NEWEST", "PRICE_ASC", "RELEVANCE"] {
        let query = "query($o: ImageOrder, $a: String) { searchImages(orderBy: $o, after: $a) { nodes { id } } }";
        let answer = anna.gql(query, json!({ "o": order, "a": alike })).await;
        assert_eq!(
            (answer.code(), answer.field()),
            ("BAD_USER_INPUT", "after"),
            "{order}"
        );
    }
}
