//! Idempotency keys (C2).

use super::{BuyError, Purchase, expecting, fair, keyed, plain, viewer};
use crate::services::sales::SalesService as _;
use crate::services::testing::listing;

/// C1
#[tokio::test]
async fn a_second_purchase_answers_with_the_first_sale() {
    let fair = fair();
    let first = fair.buy(fair.buyer, plain(fair.image)).await.unwrap();
    fair.change(|listing| {
        listing.private = true;
        listing.for_sale = false;
    });
    let again = fair.buy(fair.buyer, expecting(fair.image, 0.01)).await;
    assert_eq!(again.unwrap(), first);
    assert_eq!(fair.counts(), [1, 0, 2]);
}

/// C2
#[tokio::test]
async fn a_repeated_key_answers_with_its_sale_and_writes_nothing() {
    let fair = fair();
    let wish = || Purchase {
        expected_price: Some(7.5),
        ..keyed(fair.image, "key")
    };
    let first = fair.buy(fair.buyer, wish()).await.unwrap();
    fair.store.take_statements();
    fair.change(|listing| listing.archived = true);
    assert_eq!(fair.buy(fair.buyer, wish()).await.unwrap(), first);
    assert_eq!(fair.counts(), [1, 1, 2]);
    assert!(!fair.store.take_statements().contains(&"commit"));
}

/// C2
#[tokio::test]
async fn only_the_first_of_several_purchases_is_new() {
    let fair = fair();
    for (key, is_new) in [("one", true), ("one", false), ("two", false)] {
        let wish = keyed(fair.image, key);
        let bought = fair.sales.buy(&viewer(fair.buyer), wish).await.unwrap();
        assert_eq!(bought.is_new, is_new, "{key}");
    }
}

/// C2
#[tokio::test]
async fn a_key_with_other_arguments_is_refused() {
    let fair = fair();
    let other = fair.store.put_up(fair.seller, listing());
    fair.buy(fair.buyer, keyed(fair.image, "key"))
        .await
        .unwrap();
    let with_price = Purchase {
        expected_price: Some(7.5),
        ..keyed(fair.image, "key")
    };
    let nothing = Purchase {
        id: "x".into(),
        ..keyed(fair.image, "key")
    };
    for wish in [keyed(other, "key"), with_price, nothing] {
        let answer = fair.buy(fair.buyer, wish).await;
        assert!(matches!(answer, Err(BuyError::KeyMismatch)), "{answer:?}");
    }
    assert_eq!(fair.counts(), [1, 1, 2]);
}

/// C2
#[tokio::test]
async fn a_purchase_that_meets_an_older_sale_binds_its_key() {
    let fair = fair();
    let first = fair.buy(fair.buyer, keyed(fair.image, "one")).await;
    let again = fair.buy(fair.buyer, keyed(fair.image, "two")).await;
    assert_eq!(again.unwrap(), first.unwrap());
    assert_eq!(fair.counts(), [1, 2, 2]);
    let other = fair.store.put_up(fair.seller, listing());
    let answer = fair.buy(fair.buyer, keyed(other, "two")).await;
    assert!(matches!(answer, Err(BuyError::KeyMismatch)), "{answer:?}");
}

/// C2
#[tokio::test]
async fn a_sale_keeps_ten_keys_and_answers_to_any_number() {
    let fair = fair();
    let first = fair.buy(fair.buyer, keyed(fair.image, "key 0")).await;
    let first = first.unwrap();
    for no in 1..25 {
        let again = fair.buy(fair.buyer, keyed(fair.image, &format!("key {no}")));
        assert_eq!(again.await.unwrap(), first, "{no}");
    }
    assert_eq!(fair.counts(), [1, 10, 2]);
    let other = fair.store.put_up(fair.seller, listing());
    let answer = fair.buy(fair.buyer, keyed(other, "key 9")).await;
    assert!(matches!(answer, Err(BuyError::KeyMismatch)), "{answer:?}");
    let sale = fair.buy(fair.buyer, keyed(other, "key 10")).await.unwrap();
    assert_eq!(sale.of.product, other, "a key that is not kept is free");
}

/// C2
#[tokio::test]
async fn a_failure_leaves_the_key_free() {
    let fair = fair();
    let other = fair.store.put_up(fair.seller, listing());
    fair.change(|listing| listing.for_sale = false);
    let answer = fair.buy(fair.buyer, keyed(fair.image, "key")).await;
    assert!(matches!(answer, Err(BuyError::NotForSale)), "{answer:?}");
    let sale = fair.buy(fair.buyer, keyed(other, "key")).await.unwrap();
    assert_eq!(sale.of.product, other);
}

/// C2
#[tokio::test]
async fn the_same_key_of_another_buyer_is_another_key() {
    let fair = fair();
    let friend = fair.store.member("friend", "friend@example.com");
    let other = fair.store.put_up(fair.seller, listing());
    fair.buy(fair.buyer, keyed(fair.image, "key"))
        .await
        .unwrap();
    let sale = fair.buy(friend, keyed(other, "key")).await.unwrap();
    assert_eq!((sale.of.buyer, sale.of.product), (friend, other));
}
