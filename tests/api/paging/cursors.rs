//! Cursors lead forward and backward through every order.

use serde_json::{Value, json};

use super::{ORDERS, assert_sorted, ids, page, stock};
use crate::support::{Client, Server};

/// All pages in one direction, put together in the list's order.
async fn walk(client: &Client, order: &str, size: usize, backward: bool) -> Vec<String> {
    let (mut all, mut cursor, mut first_page) = (Vec::new(), Value::Null, true);
    loop {
        let arguments = if backward {
            json!({ "last": size, "before": cursor })
        } else {
            json!({ "first": size, "after": cursor })
        };
        let found = page(client, order, arguments).await;
        let info = &found["pageInfo"];
        let (behind, ahead, end) = if backward {
            ("hasNextPage", "hasPreviousPage", "startCursor")
        } else {
            ("hasPreviousPage", "hasNextPage", "endCursor")
        };
        assert_eq!(info[behind], !first_page, "{order}");
        let rows = ids(&found);
        assert!(rows.len() == size || info[ahead] == false, "{order}");
        all = if backward {
            [rows, all].concat()
        } else {
            [all, rows].concat()
        };
        if info[ahead] == false {
            return all;
        }
        (cursor, first_page) = (info[end].clone(), false);
    }
}

/// G9
#[tokio::test]
async fn pages_of_every_order_make_up_the_list_in_both_directions() {
    let server = Server::start().await;
    let ann = server.member("ann").await;
    stock(&ann, 24).await;
    for order in ORDERS {
        let whole = page(&ann, order, json!({ "first": 100 })).await;
        assert_eq!((ids(&whole).len(), &whole["totalCount"]), (24, &json!(24)));
        assert_sorted(order, whole["nodes"].as_array().unwrap());
        for size in [7, 8] {
            assert_eq!(
                walk(&ann, order, size, false).await,
                ids(&whole),
                "{order} forward"
            );
            assert_eq!(
                walk(&ann, order, size, true).await,
                ids(&whole),
                "{order} backward"
            );
        }
    }
    let newest = page(&ann, "NEWEST", json!({})).await;
    assert_eq!(newest, page(&ann, "RELEVANCE", json!({})).await);
}

#[tokio::test]
async fn a_page_may_lie_between_two_cursors() {
    let server = Server::start().await;
    let ann = server.member("ann").await;
    stock(&ann, 10).await;
    for order in ORDERS {
        let whole = page(&ann, order, json!({})).await;
        let all = ids(&whole);
        let cursor = |place: usize| whole["edges"][place]["cursor"].clone();
        let between = json!({ "after": cursor(2), "before": cursor(7) });
        let inside = page(&ann, order, between.clone()).await;
        assert_eq!(ids(&inside), all[3..7], "{order}");
        assert_eq!(inside["totalCount"], 10);
        for (argument, expected) in [("first", &all[3..5]), ("last", &all[5..7])] {
            let mut arguments = between.clone();
            arguments[argument] = json!(2);
            assert_eq!(
                ids(&page(&ann, order, arguments).await),
                expected,
                "{order} {argument}"
            );
        }
        let nothing = page(&ann, order, json!({ "after": cursor(9) })).await;
        assert_eq!(
            (ids(&nothing).len(), &nothing["pageInfo"]["endCursor"]),
            (0, &Value::Null)
        );
        assert_eq!(nothing["pageInfo"]["hasNextPage"], false);
        assert_eq!(nothing["pageInfo"]["hasPreviousPage"], true);
    }
}

/// G9
#[tokio::test]
async fn a_cursor_of_another_list_is_refused_by_name() {
    let server = Server::start().await;
    let (ann, bob) = (server.member("ann").await, server.member("bob").await);
    let sold = ann
        .put_up_one(json!({ "title": "1", "forSale": true }))
        .await;
    bob.buy(&sold).await.data();
    let purchases = "query($after: String, $before: String) { purchases(after: $after, before: $before) { pageInfo { endCursor } } }";
    let bought = bob.gql(purchases, json!({})).await;
    let of_sales = bought.data()["purchases"]["pageInfo"]["endCursor"].clone();
    let mut cursors = vec![("SALES", of_sales)];
    for order in &ORDERS[..5] {
        let found = page(&bob, order, json!({})).await;
        cursors.push((order, found["pageInfo"]["endCursor"].clone()));
    }
    for garbage in ["", "zzz", "🌊", "bi4xLjE=", "bi4xLjEu", "' OR 1=1", "\u{0}"] {
        cursors.push(("GARBAGE", json!(garbage)));
    }
    cursors.push(("GARBAGE", json!("x".repeat(10_000))));
    let search = "query($o: ImageOrder, $after: String, $before: String) { searchImages(orderBy: $o, after: $after, before: $before) { nodes { id } } }";
    for (of, cursor) in &cursors {
        for field in ["after", "before"] {
            for order in &ORDERS[..5] {
                let answer = bob.gql(search, json!({ "o": order, field: cursor })).await;
                if of == order {
                    answer.data();
                } else {
                    assert_eq!(
                        (answer.code(), answer.field()),
                        ("BAD_USER_INPUT", field),
                        "{of} in {order}"
                    );
                }
            }
            let answer = bob.gql(purchases, json!({ field: cursor })).await;
            if *of == "SALES" {
                answer.data();
            } else {
                assert_eq!(
                    (answer.code(), answer.field()),
                    ("BAD_USER_INPUT", field),
                    "{of} in purchases"
                );
            }
        }
    }
}
