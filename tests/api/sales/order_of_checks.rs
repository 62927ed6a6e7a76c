//! Which refusal a purchase meets first: session, CSRF, input, own image, key mismatch, existing sale,
//! visibility, for sale, expected price. Each case fails its own check and all that come after it.

use serde_json::{Value, json};

use super::{market, offer, sales};
use crate::support::Client;

/// Asks for everything that can be wrong about the terms at once.
async fn code_of(client: &Client, id: &str, price: Value, key: Value) -> String {
    client.buy_on(id, price, key).await.code().to_owned()
}

/// C2, C5
#[tokio::test]
async fn refusals_come_in_the_order_of_the_rules() {
    let (server, seller, buyers) = market(1).await;
    let ann = &buyers[0];
    let own = offer(ann, "Own", 1.0).await;
    let bought = offer(&seller, "Bought", 1.0).await;
    let hidden = offer(&seller, "Hidden", 1.0).await;
    let unsold = offer(&seller, "Unsold", 1.0).await;
    ann.buy_on(&bought, json!(1), json!("used")).await.data();
    seller
        .change(
            &bought,
            json!({ "private": true, "forSale": false, "price": 7 }),
        )
        .await
        .data();
    seller
        .change(&hidden, json!({ "private": true, "forSale": false }))
        .await
        .data();
    seller
        .change(&unsold, json!({ "forSale": false }))
        .await
        .data();
    ann.change(&own, json!({ "forSale": false })).await.data();
    let (wrong, bad, used) = (json!(0.5), json!(-1), json!("used"));

    assert_eq!(
        code_of(&server.guest(), &own, bad.clone(), used.clone()).await,
        "UNAUTHENTICATED"
    );
    let tokenless = ann.another_tab();
    *tokenless.csrf.lock().unwrap() = None;
    assert_eq!(
        code_of(&tokenless, &own, bad.clone(), used.clone()).await,
        "CSRF_FAILED"
    );
    assert_eq!(
        code_of(ann, &own, bad.clone(), used.clone()).await,
        "BAD_USER_INPUT"
    );
    assert_eq!(
        code_of(ann, &own, wrong.clone(), json!("")).await,
        "BAD_USER_INPUT"
    );
    assert_eq!(
        code_of(ann, &own, wrong.clone(), used.clone()).await,
        "FORBIDDEN"
    );
    for id in [&bought, &hidden, &unsold] {
        assert_eq!(
            code_of(ann, id, wrong.clone(), used.clone()).await,
            "IDEMPOTENCY_MISMATCH"
        );
    }
    let again = ann.buy_on(&bought, wrong.clone(), Value::Null).await;
    assert_eq!(
        again.data()["buyImage"]["price"],
        1.0,
        "an existing sale is answered"
    );
    for id in [hidden.as_str(), "999999", "nonsense", ""] {
        assert_eq!(
            code_of(ann, id, wrong.clone(), Value::Null).await,
            "NOT_FOUND",
            "{id}"
        );
    }
    assert_eq!(
        code_of(ann, &unsold, wrong.clone(), Value::Null).await,
        "NOT_FOR_SALE"
    );
    seller
        .change(&unsold, json!({ "forSale": true }))
        .await
        .data();
    let answer = ann.buy_on(&unsold, wrong, Value::Null).await;
    assert_eq!(
        (answer.code(), answer.field()),
        ("PRICE_CHANGED", "expectedPrice")
    );
    assert_eq!(sales(ann).await.len(), 1, "no refused purchase left a sale");
}

/// Z7
#[tokio::test]
async fn buying_a_hidden_image_answers_and_costs_what_a_missing_one_does() {
    let (server, seller, buyers) = market(1).await;
    let hidden = offer(&seller, "Hidden", 1.0).await;
    seller
        .change(&hidden, json!({ "private": true }))
        .await
        .data();
    let mut ann = buyers.into_iter().next().unwrap();
    let server = super::without_worker(server).await;
    ann.base = server.base.clone();
    ann.id().await;
    let mut seen = Vec::new();
    for id in [hidden.as_str(), "999999", hidden.as_str(), "999999"] {
        for key in [Value::Null, json!("k")] {
            let before = server.statements().await;
            let answer = ann.buy_on(id, json!(1), key).await;
            seen.push((server.statements().await - before, answer.body));
        }
    }
    assert_eq!((&seen[0], &seen[1]), (&seen[2], &seen[3]));
    assert_eq!((&seen[0], &seen[1]), (&seen[4], &seen[5]));
}
