//! Prices are whole cents, round half up, and a sale keeps what was agreed.

use serde_json::{Value, json};

use super::{market, offer};

/// C6
#[tokio::test]
async fn a_discount_rounds_half_up_to_the_cent() {
    let (_server, seller, buyers) = market(1).await;
    let table = [
        (19.99, 15, 16.99),
        (0.01, 50, 0.01),
        (0.03, 50, 0.02),
        (0.01, 51, 0.0),
        (1.0, 100, 0.0),
        (1.01, 99, 0.01),
        (1_000_000.0, 0, 1_000_000.0),
        (1_000_000.0, 1, 990_000.0),
        (0.0, 30, 0.0),
        (0.5, 1, 0.5),
        (0.49, 1, 0.49),
        (1.5, 1, 1.49),
        (999_999.99, 50, 500_000.0),
        (0.1, 10, 0.09),
        (8.2, 0, 8.2),
        (0.29, 0, 0.29),
    ];
    let input = |(price, discount, _): &(f64, i64, f64)| json!({ "title": "One", "forSale": true, "price": price, "discountPercent": discount });
    let inputs: Vec<Value> = table.iter().map(input).collect();
    let ids = seller.put_up_all(&inputs).await;
    let query = "query($id: ID!) { image(id: $id) { price discountPercent finalPrice currency } }";
    for ((price, discount, expected), id) in table.iter().zip(&ids) {
        let seen = buyers[0].gql(query, json!({ "id": id })).await.data()["image"].clone();
        assert_eq!(
            seen,
            json!({ "price": price, "discountPercent": discount, "finalPrice": expected, "currency": "USD" })
        );
        // What was printed is taken back exactly.
        let sale = buyers[0]
            .buy_on(id, seen["finalPrice"].clone(), Value::Null)
            .await
            .data()["buyImage"]
            .clone();
        assert_eq!(
            (
                &sale["price"],
                &sale["listPrice"],
                &sale["discountPercent"],
                &sale["currency"]
            ),
            (
                &json!(expected),
                &json!(price),
                &json!(discount),
                &json!("USD")
            )
        );
    }
}

/// C6
#[tokio::test]
async fn amounts_that_are_not_money_are_refused_everywhere() {
    let (_server, seller, buyers) = market(1).await;
    let id = offer(&seller, "One", 5.0).await;
    for bad in [
        json!(-0.01),
        json!(-1),
        json!(0.001),
        json!(19.999),
        json!(1.005),
        json!(1_000_000.01),
        json!(1e300),
        json!(5e-324),
    ] {
        let answer = seller.change(&id, json!({ "price": bad })).await;
        assert_eq!(
            (answer.code(), answer.field()),
            ("BAD_USER_INPUT", "input.price"),
            "{bad}"
        );
        let answer = seller
            .upload(
                json!({ "title": "Bad", "price": bad }),
                crate::corpus::png(8, 8),
            )
            .await;
        assert_eq!(
            (answer.code(), answer.field()),
            ("BAD_USER_INPUT", "input.0.price"),
            "{bad}"
        );
        let answer = buyers[0].buy_on(&id, bad.clone(), Value::Null).await;
        assert_eq!(
            (answer.code(), answer.field()),
            ("BAD_USER_INPUT", "expectedPrice"),
            "{bad}"
        );
    }
    for bad in [-1, 101, i32::MIN, i32::MAX] {
        let answer = seller.change(&id, json!({ "discountPercent": bad })).await;
        assert_eq!(
            (answer.code(), answer.field()),
            ("BAD_USER_INPUT", "input.discountPercent"),
            "{bad}"
        );
    }
    let answer = seller.change(&id, json!({ "discountPercent": 1.5 })).await;
    assert!(
        ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&answer.code()),
        "{}",
        answer.body
    );
    assert_eq!(buyers[0].buy(&id).await.data()["buyImage"]["price"], 5.0);
}

const SALE: &str = "{ purchases { nodes { id title price listPrice discountPercent currency time seller { username } image { title finalPrice } } } }";

/// C7
#[tokio::test]
async fn a_sale_keeps_what_was_agreed() {
    let (_server, seller, buyers) = market(1).await;
    let input = json!({ "title": "Then", "forSale": true, "price": 20, "discountPercent": 15 });
    let id = seller.put_up_one(input).await;
    buyers[0].buy(&id).await.data();
    let sale =
        async || buyers[0].gql(SALE, Value::Null).await.data()["purchases"]["nodes"][0].clone();
    let mut before = sale().await;
    assert_eq!(
        (
            &before["price"],
            &before["listPrice"],
            &before["discountPercent"]
        ),
        (&json!(17.0), &json!(20.0), &json!(15))
    );
    let change = json!({ "title": "Now", "price": 90, "discountPercent": 50, "forSale": false });
    seller.change(&id, change).await.data();
    let after = sale().await;
    before["image"] = json!({ "title": "Now", "finalPrice": 45.0 });
    assert_eq!(after, before, "only the image itself is another");
}

/// C8
#[tokio::test]
async fn a_sold_image_that_is_deleted_is_archived_and_stays_its_buyers() {
    let (server, seller, buyers) = market(2).await;
    let (sold, unsold) = (
        offer(&seller, "Sold", 1.0).await,
        offer(&seller, "Unsold", 1.0).await,
    );
    let ann = &buyers[0];
    ann.buy(&sold).await.data();
    let link = "query($id: ID!) { image(id: $id) { originalUrl archived } }";
    let url = ann.gql(link, json!({ "id": sold })).await.data()["image"]["originalUrl"]
        .as_str()
        .unwrap()
        .to_owned();
    let bytes = ann.get(&url).await.bytes().await.unwrap();
    let objects = server.objects().len();

    seller.delete(&[&sold, &unsold, &sold]).await.data();
    server.wait_for_objects(objects / 2).await;
    assert_eq!(
        seller.gql(link, json!({ "id": sold })).await.data()["image"]["archived"],
        true
    );
    assert_eq!(
        seller.gql(link, json!({ "id": unsold })).await.data()["image"],
        Value::Null
    );
    let kept = ann.gql(link, json!({ "id": sold })).await.data()["image"].clone();
    let again = ann.get(kept["originalUrl"].as_str().unwrap()).await;
    assert_eq!(again.status(), 200);
    assert_eq!(again.bytes().await.unwrap(), bytes);
    assert_eq!(
        buyers[1].gql(link, json!({ "id": sold })).await.data()["image"],
        Value::Null
    );
    assert_eq!(buyers[1].buy(&sold).await.code(), "NOT_FOUND");

    seller
        .change(&sold, json!({ "archived": false }))
        .await
        .data();
    buyers[1].buy(&sold).await.data();
}
