//! Races, contention and broken connections.

use futures::future::join_all;

use super::{BuyError, fair, keyed, plain};
use crate::domain::id::{SaleId, UserId};
use crate::domain::money::{Cents, Percent};
use crate::domain::sale::{IdempotencyKey, KeyUse};
use crate::ports::store::StoreError;
use crate::services::testing::{Fault, listing};

fn broken() -> Fault {
    Fault::Fails(StoreError::Failed("broken".into()))
}

/// C1
#[tokio::test(start_paused = true)]
async fn many_purchases_at_once_make_one_sale_a_buyer() {
    let fair = fair();
    let wishes = (0..50).map(|no| fair.buy(fair.buyer, keyed(fair.image, &format!("key {no}"))));
    let sales = join_all(wishes).await;
    let first = sales[0].as_ref().unwrap();
    assert!(sales.iter().all(|sale| sale.as_ref().unwrap() == first));
    assert_eq!(fair.counts(), [1, 10, 2]);

    let friends: Vec<UserId> = (0..50)
        .map(|no| {
            fair.store
                .member(&format!("friend{no}"), &format!("{no}@example.com"))
        })
        .collect();
    let wishes = friends.iter().map(|who| fair.buy(*who, plain(fair.image)));
    assert!(join_all(wishes).await.iter().all(Result::is_ok));
    assert_eq!(fair.counts(), [51, 10, 102]);
}

/// C1
#[tokio::test(start_paused = true)]
async fn contention_is_tried_again() {
    for statement in ["products.lock", "sales.add", "outbox.add", "commit"] {
        let fair = fair();
        fair.store.fault(statement, 1, Fault::contended(|_| ()));
        fair.store.fault(statement, 1, Fault::contended(|_| ()));
        fair.buy(fair.buyer, keyed(fair.image, "key"))
            .await
            .unwrap();
        assert_eq!(fair.counts(), [1, 1, 2], "{statement}");
    }
}

/// C1 D4
#[tokio::test(start_paused = true)]
async fn endless_contention_is_given_up_and_sells_nothing() {
    let fair = fair();
    for _ in 0..8 {
        fair.store.fault("commit", 1, Fault::contended(|_| ()));
    }
    let answer = fair.buy(fair.buyer, plain(fair.image)).await;
    let Err(BuyError::Store(StoreError::Contention)) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(fair.counts(), [0, 0, 0]);
}

/// C1
#[tokio::test(start_paused = true)]
async fn a_sale_that_appeared_meanwhile_is_found() {
    let fair = fair();
    let first = fair.buy(fair.buyer, plain(fair.image)).await.unwrap();
    fair.store.rows().market.sales.clear();
    let faster = first.clone();
    fair.store.fault(
        "sales.add",
        1,
        Fault::conflict("sale", |rows| rows.market.sales.push(faster)),
    );
    assert_eq!(
        fair.buy(fair.buyer, plain(fair.image)).await.unwrap(),
        first
    );
    assert_eq!(fair.counts(), [1, 0, 2]);
}

/// C2
#[tokio::test(start_paused = true)]
async fn a_key_that_was_used_meanwhile_is_judged() {
    let fair = fair();
    let other = fair.store.put_up(fair.seller, listing());
    let (buyer, key) = (fair.buyer, IdempotencyKey::parse("key").unwrap());
    let usage = KeyUse {
        product: other,
        expected: None,
        sale: SaleId::new(9),
    };
    fair.store.fault(
        "sales.bind_key",
        1,
        Fault::conflict("key", move |rows| {
            rows.market.keys.push((buyer, key, usage));
        }),
    );
    let answer = fair.buy(buyer, keyed(fair.image, "key")).await;
    assert!(matches!(answer, Err(BuyError::KeyMismatch)), "{answer:?}");
    assert_eq!(fair.counts(), [0, 1, 0]);
}

/// C3 C4
#[tokio::test(start_paused = true)]
async fn what_the_seller_committed_first_decides() {
    let fair = fair();
    let image = fair.image;
    fair.store.fault(
        "products.lock",
        1,
        Fault::contended(move |rows| {
            rows.market.listing(image).discount = Percent::parse("", 50).unwrap();
        }),
    );
    let sale = fair.buy(fair.buyer, plain(image)).await.unwrap();
    assert_eq!(sale.of.price, Cents::from_stored(500));

    let friend = fair.store.member("friend", "friend@example.com");
    fair.store.fault(
        "products.lock",
        1,
        Fault::contended(move |rows| rows.market.listing(image).archived = true),
    );
    let answer = fair.buy(friend, plain(image)).await;
    assert!(matches!(answer, Err(BuyError::NotFound)), "{answer:?}");
    assert_eq!(fair.counts(), [1, 0, 2]);
}

/// C1 M1
#[tokio::test]
async fn a_statement_that_fails_leaves_nothing_behind() {
    let steps = [
        ("products.lock", 1),
        ("sales.key_use", 1),
        ("sales.find", 1),
        ("sales.add", 1),
        ("sales.bind_key", 1),
        ("outbox.add", 1),
        ("outbox.add", 2),
        ("commit", 1),
    ];
    for (statement, nth) in steps {
        let fair = fair();
        fair.store.fault(statement, nth, broken());
        let answer = fair.buy(fair.buyer, keyed(fair.image, "key")).await;
        let Err(BuyError::Store(StoreError::Failed(_))) = answer else {
            panic!("{statement}: {answer:?}")
        };
        assert_eq!(fair.counts(), [0, 0, 0], "{statement}");
    }
}

/// C2 D3
#[tokio::test]
async fn an_unknown_result_is_resolved_by_the_key() {
    let fair = fair();
    fair.store.fault("commit", 1, Fault::AnswerLost);
    let answer = fair.buy(fair.buyer, keyed(fair.image, "key")).await;
    let Err(BuyError::Store(StoreError::Unavailable(_))) = answer else {
        panic!("{answer:?}")
    };
    let sale = fair.buy(fair.buyer, keyed(fair.image, "key")).await;
    assert_eq!(sale.unwrap().of.product, fair.image);
    assert_eq!(fair.counts(), [1, 1, 2]);
}
