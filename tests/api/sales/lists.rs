//! What a member sold and bought.

use serde_json::{Value, json};

use super::{market, offer, sales};
use crate::support::Client;

const PURCHASES: &str = "query($first: Int, $after: String, $last: Int, $before: String) {
    purchases(first: $first, after: $after, last: $last, before: $before) {
        totalCount edges { cursor node { title } } nodes { title } pageInfo { hasPreviousPage hasNextPage startCursor endCursor } } }";

fn titles(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|sale| sale["title"].as_str().unwrap())
        .collect()
}

async fn purchases(client: &Client, arguments: Value) -> Value {
    client.gql(PURCHASES, arguments).await.data()["purchases"].clone()
}

#[tokio::test]
async fn sales_are_listed_to_their_two_sides_alone_newest_first() {
    let (server, seller, buyers) = market(2).await;
    let (ann, bob) = (&buyers[0], &buyers[1]);
    let of_ann = offer(ann, "Ann's", 2.0).await;
    let of_seller = [
        offer(&seller, "First", 1.0).await,
        offer(&seller, "Second", 1.0).await,
    ];
    ann.buy(&of_seller[0]).await.data();
    bob.buy(&of_seller[1]).await.data();
    bob.buy(&of_ann).await.data();
    ann.buy(&of_seller[1]).await.data();

    let list = async |client: &Client| json!(sales(client).await);
    assert_eq!(titles(&list(&seller).await), ["Second", "Second", "First"]);
    assert_eq!(
        titles(&list(ann).await),
        ["Second", "Ann's", "First"],
        "bought and sold"
    );
    assert_eq!(titles(&list(bob).await), ["Ann's", "Second"]);
    assert_eq!(
        titles(&purchases(ann, json!({})).await["nodes"]),
        ["Second", "First"],
        "bought alone"
    );
    assert_eq!(
        titles(&purchases(&seller, json!({})).await["nodes"]),
        [""; 0]
    );
    let first = seller
        .gql("{ sales(first: 1) { title } }", Value::Null)
        .await;
    assert_eq!(titles(&first.data()["sales"]), ["Second"]);

    assert!(sales(&server.member("eve").await).await.is_empty());
    for query in ["{ sales { id } }", "{ purchases { totalCount } }"] {
        assert_eq!(
            server.guest().gql(query, Value::Null).await.code(),
            "UNAUTHENTICATED"
        );
    }
}

/// G9
#[tokio::test]
async fn purchases_are_paged_both_ways_while_more_are_made() {
    let (_server, seller, buyers) = market(1).await;
    let ann = &buyers[0];
    let inputs: Vec<Value> = (0..9)
        .map(|n| json!({ "title": format!("{n}"), "forSale": true }))
        .collect();
    let ids = seller.put_up_all(&inputs).await;
    for id in &ids[..7] {
        ann.buy(id).await.data();
    }
    let mut forward = Vec::new();
    let mut cursor = Value::Null;
    for (rows, more, late) in [(3, true, &ids[7]), (3, true, &ids[8]), (1, false, &ids[8])] {
        let page = purchases(ann, json!({ "first": 3, "after": cursor })).await;
        let nodes = titles(&page["nodes"]);
        assert_eq!(
            (nodes.len(), &page["pageInfo"]["hasNextPage"]),
            (rows, &json!(more))
        );
        assert_eq!(
            page["pageInfo"]["endCursor"],
            page["edges"][rows - 1]["cursor"]
        );
        forward.extend(nodes.iter().map(ToString::to_string));
        cursor = page["pageInfo"]["endCursor"].clone();
        ann.buy(late).await.data();
    }
    assert_eq!(
        forward,
        ["6", "5", "4", "3", "2", "1", "0"],
        "what came meanwhile stands before the first page"
    );

    let last = purchases(ann, json!({ "last": 4 })).await;
    assert_eq!(
        (titles(&last["nodes"]), &last["totalCount"]),
        (vec!["3", "2", "1", "0"], &json!(9))
    );
    let before = purchases(
        ann,
        json!({ "last": 4, "before": last["pageInfo"]["startCursor"] }),
    )
    .await;
    assert_eq!(titles(&before["nodes"]), ["7", "6", "5", "4"]);
    assert_eq!(
        (
            &before["pageInfo"]["hasPreviousPage"],
            &before["pageInfo"]["hasNextPage"]
        ),
        (&json!(true), &json!(true))
    );
}
