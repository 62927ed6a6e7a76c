//! Pages of a list: complete, without repetition, whatever happens between them.

mod cursors;
mod moving;

use serde_json::{Value, json};

use crate::support::Client;

const ORDERS: [&str; 6] = [
    "NEWEST",
    "OLDEST",
    "PRICE_ASC",
    "PRICE_DESC",
    "DISCOUNT_DESC",
    "RELEVANCE",
];

const PAGE: &str =
    "query($o: ImageOrder, $first: Int, $after: String, $last: Int, $before: String) {
    searchImages(orderBy: $o, first: $first, after: $after, last: $last, before: $before) {
        edges { cursor node { id } } nodes { id created finalPrice discountPercent }
        pageInfo { hasPreviousPage hasNextPage startCursor endCursor } totalCount } }";

/// One page of all images; `arguments` are those of the connection.
async fn page(client: &Client, order: &str, mut arguments: Value) -> Value {
    arguments["o"] = json!(order);
    let answer = client.gql(PAGE, arguments).await;
    let page = answer.data()["searchImages"].clone();
    let ends = &page["pageInfo"];
    let edges = page["edges"].as_array().unwrap();
    let cursor = |edge: Option<&Value>| edge.map_or(Value::Null, |edge| edge["cursor"].clone());
    assert_eq!(ends["startCursor"], cursor(edges.first()));
    assert_eq!(ends["endCursor"], cursor(edges.last()));
    let of_edges: Vec<_> = edges.iter().map(|edge| &edge["node"]["id"]).collect();
    let of_nodes: Vec<_> = page["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| &node["id"])
        .collect();
    assert_eq!(of_edges, of_nodes);
    page
}

fn ids(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().unwrap().iter();
    nodes
        .map(|node| node["id"].as_str().unwrap().to_owned())
        .collect()
}

/// What one order sorts by, so that a larger key never comes first; ties by id in the same direction.
fn key(order: &str, node: &Value) -> (i64, i64) {
    let cents = || -> i64 {
        let price = node["finalPrice"].as_f64().unwrap();
        format!("{:.0}", price * 100.0).parse().unwrap()
    };
    let id: i64 = node["id"].as_str().unwrap().parse().unwrap();
    match order {
        "OLDEST" => (0, id),
        "PRICE_ASC" => (cents(), id),
        "PRICE_DESC" => (-cents(), -id),
        "DISCOUNT_DESC" => (-node["discountPercent"].as_i64().unwrap(), -id),
        _ => (0, -id),
    }
}

#[track_caller]
fn assert_sorted(order: &str, nodes: &[Value]) {
    let keys: Vec<_> = nodes.iter().map(|node| key(order, node)).collect();
    assert!(keys.is_sorted(), "{order}: {keys:?}");
}

/// Images with many ties in every order.
async fn stock(client: &Client, count: i64) -> Vec<String> {
    let input = |n: i64| json!({ "title": format!("{n}"), "price": n * 7 % 4, "discountPercent": n * 5 % 3 * 10 });
    let inputs: Vec<Value> = (0..count).map(input).collect();
    client.put_up_all(&inputs).await
}
