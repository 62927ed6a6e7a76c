//! What is refused, in which order, and what that costs.

use super::{BuyError, Fair, Purchase, expecting, fair, keyed, plain};
use crate::domain::id::{ProductId, SaleId, UserId};
use crate::domain::money::Cents;
use crate::domain::sale::{IdempotencyKey, KeyUse, NewSale, Sale};
use crate::domain::timestamp::Timestamp;

/// What is wrong with a purchase, in the order of the rules (Money).
const FLAWS: [&str; 6] = [
    "own",
    "key mismatch",
    "bought",
    "hidden",
    "not for sale",
    "price",
];

/// The answer by the name of its flaw; a sale that was there already is `bought`.
fn named(result: &Result<Sale, BuyError>) -> &'static str {
    match result {
        Ok(sale) if sale.of.time == Timestamp::from_seconds(1) => "bought",
        Ok(_) => "sold",
        Err(BuyError::Own) => "own",
        Err(BuyError::KeyMismatch) => "key mismatch",
        Err(BuyError::NotFound) => "hidden",
        Err(BuyError::NotForSale) => "not for sale",
        Err(BuyError::PriceChanged { .. }) => "price",
        Err(other) => panic!("{other}"),
    }
}

fn old_sale(fair: &Fair, buyer: UserId) -> Sale {
    let product = fair
        .store
        .rows()
        .market
        .product(fair.image)
        .unwrap()
        .clone();
    Sale {
        id: SaleId::new(1),
        of: NewSale {
            product: product.id,
            buyer,
            seller: product.owner,
            time: Timestamp::from_seconds(1),
            title: product.listing.title,
            price: Cents::from_stored(100),
            list_price: Cents::from_stored(100),
            discount: product.listing.discount,
            currency: product.currency,
        },
    }
}

/// Gives the fair a flaw, and answers with who buys what.
fn spoil(fair: &Fair, flawed: impl Fn(&str) -> bool) -> (UserId, Purchase) {
    let buyer = if flawed("own") {
        fair.seller
    } else {
        fair.buyer
    };
    let mut purchase = keyed(fair.image, "key");
    purchase.expected_price = Some(if flawed("price") { 7.49 } else { 7.5 });
    if flawed("key mismatch") {
        let usage = KeyUse {
            product: ProductId::new(77),
            expected: None,
            sale: SaleId::new(7),
        };
        let key = IdempotencyKey::parse("key").unwrap();
        fair.store.rows().market.keys.push((buyer, key, usage));
    }
    if flawed("bought") {
        let sale = old_sale(fair, buyer);
        fair.store.rows().market.sales.push(sale);
    }
    fair.change(|listing| {
        listing.private = flawed("hidden");
        listing.for_sale = !flawed("not for sale");
    });
    (buyer, purchase)
}

/// C5 C2 C1 C3
#[tokio::test]
async fn of_many_flaws_the_first_in_the_order_of_the_rules_decides() {
    for flaws in 0..1_u32 << FLAWS.len() {
        let has = |at: usize| flaws & (1 << at) != 0;
        let flawed = |name: &str| (0..FLAWS.len()).any(|at| has(at) && FLAWS[at] == name);
        let expected = (0..FLAWS.len()).find(|at| has(*at)).map(|at| FLAWS[at]);
        let fair = fair();
        let (buyer, purchase) = spoil(&fair, flawed);
        let before = fair.store.rows().market.clone();
        let answer = named(&fair.buy(buyer, purchase).await);
        assert_eq!(answer, expected.unwrap_or("sold"), "{flaws:06b}");
        if answer != "sold" && answer != "bought" {
            assert_eq!(fair.store.rows().market, before, "{flaws:06b}");
            assert!(fair.store.rows().outbox.is_empty(), "{flaws:06b}");
            assert!(!fair.store.take_statements().contains(&"commit"));
        }
    }
}

/// C6
#[tokio::test]
async fn inputs_are_judged_before_anything_is_asked() {
    let fair = fair();
    for price in [-0.01, 0.001, 1_000_000.01, f64::NAN, f64::INFINITY] {
        let answer = fair.buy(fair.seller, expecting(fair.image, price)).await;
        let Err(BuyError::Invalid(invalid)) = answer else {
            panic!("{price}: {answer:?}")
        };
        assert_eq!(invalid.field, "expectedPrice");
    }
    for key in ["", "\n", "ä", &"k".repeat(256)] {
        let answer = fair.buy(fair.seller, keyed(fair.image, key)).await;
        let Err(BuyError::Invalid(invalid)) = answer else {
            panic!("{key}: {answer:?}")
        };
        assert_eq!(invalid.field, "idempotencyKey");
    }
    assert!(fair.store.take_statements().is_empty());
}

/// Z7
#[tokio::test]
async fn a_stranger_cannot_tell_hidden_from_missing() {
    let fair = fair();
    fair.change(|listing| listing.archived = true);
    let ids = ["", "0", "-1", "x", "1.0", "99", "9223372036854775808"];
    for key in [None, Some("key".to_owned())] {
        let buy = async |id: &str| {
            let purchase = Purchase {
                id: id.into(),
                idempotency_key: key.clone(),
                ..Purchase::default()
            };
            let answer = fair.buy(fair.buyer, purchase).await.unwrap_err();
            (answer.to_string(), fair.store.take_statements())
        };
        let hidden = buy(&fair.image.to_string()).await;
        assert_eq!(hidden.0, BuyError::NotFound.to_string());
        for id in ids {
            assert_eq!(buy(id).await, hidden, "{id}");
        }
    }
    assert_eq!(fair.counts(), [0, 0, 0]);
}

/// C3
#[tokio::test]
async fn a_changed_price_is_told() {
    let fair = fair();
    let answer = fair.buy(fair.buyer, expecting(fair.image, 10.0)).await;
    let Err(BuyError::PriceChanged { now }) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(now, Cents::from_stored(750));
    let sale = fair.buy(fair.buyer, expecting(fair.image, 7.5)).await;
    assert_eq!(sale.unwrap().of.price, Cents::from_stored(750));
}

/// C3
#[tokio::test]
async fn a_free_image_is_sold_for_nothing() {
    let fair = fair();
    fair.change(|listing| listing.price = Cents::ZERO);
    let sale = fair.buy(fair.buyer, plain(fair.image)).await.unwrap();
    assert_eq!(sale.of.price, Cents::ZERO);
}
