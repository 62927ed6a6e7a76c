//! What a sale keeps, and whom it tells.

use std::time::Duration;

use super::{fair, keyed, plain};
use crate::domain::mail::{Letter, SaleFacts};
use crate::domain::money::{Cents, Percent};
use crate::domain::text::Title;
use crate::domain::timestamp::Timestamp;
use crate::ports::clock::Clock as _;
use crate::services::testing::Fault;

/// C7
#[tokio::test]
async fn a_sale_keeps_what_was_agreed() {
    let fair = fair();
    let sale = fair.buy(fair.buyer, plain(fair.image)).await.unwrap();
    assert_eq!(
        (sale.of.product, sale.of.buyer, sale.of.seller),
        (fair.image, fair.buyer, fair.seller)
    );
    assert_eq!(sale.of.time, fair.clock.now());
    assert_eq!(sale.of.title.as_str(), "Fog at dawn");
    let prices = [sale.of.price, sale.of.list_price].map(Cents::get);
    assert_eq!(prices, [750, 1000]);
    assert_eq!(sale.of.discount.get(), 25);
    assert_eq!(sale.of.currency.as_str(), "USD");

    fair.change(|listing| {
        listing.title = Title::parse("Other").unwrap();
        listing.price = Cents::from_stored(1);
        listing.discount = Percent::from_stored(0);
    });
    fair.clock.advance(Duration::from_mins(1));
    assert_eq!(fair.buy(fair.buyer, plain(fair.image)).await.unwrap(), sale);
    assert_eq!(fair.store.rows().market.sales, [sale]);
}

/// C6
#[tokio::test]
async fn half_a_cent_is_rounded_up() {
    for (price, discount, paid) in [(101, 50, 51), (1, 50, 1), (1, 51, 0), (999, 100, 0)] {
        let fair = fair();
        fair.change(|listing| {
            listing.price = Cents::from_stored(price);
            listing.discount = Percent::from_stored(discount);
        });
        let sale = fair.buy(fair.buyer, plain(fair.image)).await.unwrap();
        assert_eq!(sale.of.price.get(), paid, "{price} less {discount} %");
    }
}

/// M1
#[tokio::test]
async fn buyer_and_seller_are_told_in_the_unit_of_the_sale() {
    let fair = fair();
    let sale = fair
        .buy(fair.buyer, keyed(fair.image, "key"))
        .await
        .unwrap();
    let statements = fair.store.take_statements();
    let begun = statements.iter().position(|s| *s == "begin").unwrap();
    assert_eq!(
        statements[begun..],
        [
            "begin",
            "products.lock",
            "sales.key_use",
            "sales.find",
            "sales.add",
            "sales.bind_key",
            "outbox.add",
            "outbox.add",
            "commit"
        ]
    );
    let facts = |other: &str| SaleFacts {
        sale: sale.id.get(),
        title: "Fog at dawn".into(),
        price: "7.50 USD".into(),
        list_price: "10.00 USD".into(),
        discount: 25,
        other: other.into(),
        time: "2023-11-14T22:13:20Z".into(),
    };
    assert_eq!(sale.of.time, Timestamp::from_seconds(1_700_000_000));
    let mails = fair.store.mails();
    let told: Vec<_> = mails
        .iter()
        .map(|mail| (mail.to.as_str(), mail.username.as_str(), &mail.letter))
        .collect();
    let receipt = Letter::Receipt(facts("seller"));
    let notice = Letter::Sold(facts("buyer"));
    assert_eq!(
        told,
        [
            ("buyer@example.com", "buyer", &receipt),
            ("seller@example.com", "seller", &notice)
        ]
    );
}

/// M1
#[tokio::test(start_paused = true)]
async fn an_image_put_up_between_the_reading_and_the_lock_is_sold_all_the_same() {
    let fair = fair();
    let product = fair.store.rows().market.products.pop().unwrap();
    let appears = Fault::Meanwhile(Box::new(move |rows| rows.market.products.push(product)));
    fair.store.fault("begin", 1, appears);
    fair.buy(fair.buyer, plain(fair.image)).await.unwrap();
    assert_eq!(fair.store.mails().len(), 2);
}
