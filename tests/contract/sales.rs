//! `Sales` and `SaleReader`.

use shotify::adapters::sql::SqlStore;
use shotify::domain::cursor::Cursor;
use shotify::domain::id::{ProductId, SaleId, UserId};
use shotify::domain::money::Cents;
use shotify::domain::page::{PageRequest, RawPage};
use shotify::domain::sale::{IdempotencyKey, KeyUse, Sale};
use shotify::ports::store::{Store, StoreError, StoreResult};

use crate::support::pictures::sale;
use crate::support::{Draft, at, confirmed, contract, put_up, race, sell, unit, until_free};

contract! {
    a_sale_is_read_as_written,
    of_fifty_racing_purchases_one_is_written,
    fifty_buyers_all_get_their_sale,
    a_key_is_bound_once_for_each_buyer,
    the_keys_of_a_sale_are_counted,
    keys_that_differ_by_a_space_are_different,
    sold_products_are_told_apart,
    sales_of_a_member_are_newest_first,
    purchases_are_walked_both_ways,
}

struct Market {
    store: SqlStore,
    seller: UserId,
    buyer: UserId,
    product: ProductId,
}

async fn market(store: SqlStore) -> Market {
    let seller = confirmed(&store, "seller").await;
    let buyer = confirmed(&store, "buyer").await;
    let product = put_up(&store, &Draft::of(seller, "Ware").priced(1000, 25)).await;
    Market {
        store,
        seller,
        buyer,
        product,
    }
}

async fn a_sale_is_read_as_written(store: SqlStore) {
    let market = market(store).await;
    let id = sell(
        &market.store,
        market.product,
        market.buyer,
        market.seller,
        at(5),
    )
    .await;
    let expected = Sale {
        id,
        of: sale(market.product, market.buyer, market.seller, at(5)),
    };
    let mut reading = unit(&market.store).await;
    let found = reading
        .sales()
        .find(market.buyer, market.product)
        .await
        .unwrap();
    assert_eq!(found.as_ref(), Some(&expected));
    let nothing = reading.sales().find(market.seller, market.product).await;
    assert_eq!(nothing.unwrap(), None);
    for member in [market.buyer, market.seller] {
        let sales = market.store.sales().of_member(member, 10).await.unwrap();
        assert_eq!(sales.as_slice(), std::slice::from_ref(&expected));
    }
}

async fn buy(market: &Market, buyer: UserId) -> StoreResult<SaleId> {
    let sale = sale(market.product, buyer, market.seller, at(1));
    until_free(|| async {
        let mut unit = market.store.begin().await?;
        unit.products().lock(&[market.product]).await?;
        let id = unit.sales().add(&sale).await?;
        unit.commit().await.map(|()| id)
    })
    .await
}

/// C1
async fn of_fifty_racing_purchases_one_is_written(store: SqlStore) {
    let market = std::sync::Arc::new(market(store).await);
    let bought = race(50, |_| {
        let market = std::sync::Arc::clone(&market);
        async move { buy(&market, market.buyer).await }
    })
    .await;
    let lost = |r: &&StoreResult<SaleId>| matches!(r, Err(StoreError::Conflict("sale")));
    assert_eq!(bought.iter().filter(lost).count(), 49, "{bought:?}");
    let count = market.store.sales().count_purchases(market.buyer).await;
    assert_eq!(count.unwrap(), 1);
}

/// C1
async fn fifty_buyers_all_get_their_sale(store: SqlStore) {
    let market = std::sync::Arc::new(market(store).await);
    let bought = race(50, |index| {
        let market = std::sync::Arc::clone(&market);
        let buyer = UserId::new(1000 + i64::try_from(index).unwrap());
        async move { buy(&market, buyer).await }
    })
    .await;
    assert!(bought.iter().all(Result::is_ok), "{bought:?}");
    let sales = market.store.sales().of_member(market.seller, 100).await;
    assert_eq!(sales.unwrap().len(), 50);
}

async fn bind(market: &Market, buyer: UserId, key: &str, usage: &KeyUse) -> StoreResult<()> {
    let mut unit = market.store.begin().await?;
    let key = IdempotencyKey::parse(key).unwrap();
    unit.sales().bind_key(buyer, &key, usage).await?;
    unit.commit().await
}

async fn used(market: &Market, buyer: UserId, key: &str) -> Option<KeyUse> {
    let mut unit = unit(&market.store).await;
    let key = IdempotencyKey::parse(key).unwrap();
    unit.sales().key_use(buyer, &key).await.unwrap()
}

fn usage(product: ProductId, expected: Option<i64>) -> KeyUse {
    KeyUse {
        product,
        expected: expected.map(Cents::from_stored),
        sale: SaleId::new(7),
    }
}

/// C2
async fn a_key_is_bound_once_for_each_buyer(store: SqlStore) {
    let market = market(store).await;
    let (first, second) = (
        usage(market.product, Some(750)),
        usage(market.product, None),
    );
    bind(&market, market.buyer, "key", &first).await.unwrap();
    let again = bind(&market, market.buyer, "key", &second).await;
    assert!(
        matches!(again, Err(StoreError::Conflict("key"))),
        "{again:?}"
    );
    bind(&market, market.seller, "key", &second).await.unwrap();
    assert_eq!(used(&market, market.buyer, "key").await, Some(first));
    assert_eq!(used(&market, market.seller, "key").await, Some(second));
    assert_eq!(used(&market, market.seller, "other").await, None);
}

/// C2
async fn the_keys_of_a_sale_are_counted(store: SqlStore) {
    let market = market(store).await;
    let count = async |sale| {
        let mut unit = unit(&market.store).await;
        unit.sales().count_keys(sale).await.unwrap()
    };
    let of_seven = usage(market.product, None);
    let of_eight = KeyUse {
        sale: SaleId::new(8),
        ..of_seven.clone()
    };
    for (key, usage) in [("one", &of_seven), ("two", &of_eight), ("three", &of_seven)] {
        bind(&market, market.buyer, key, usage).await.unwrap();
    }
    assert_eq!(count(SaleId::new(7)).await, 2);
    assert_eq!(count(SaleId::new(8)).await, 1);
    assert_eq!(count(SaleId::new(9)).await, 0);
}

/// C2
async fn keys_that_differ_by_a_space_are_different(store: SqlStore) {
    let market = market(store).await;
    let long = "k".repeat(255);
    for key in ["key", "key ", "KEY", long.as_str()] {
        assert_eq!(used(&market, market.buyer, key).await, None, "{key:?}");
        bind(&market, market.buyer, key, &usage(market.product, None))
            .await
            .unwrap();
    }
}

async fn sold_products_are_told_apart(store: SqlStore) {
    let market = market(store).await;
    let unsold = put_up(&market.store, &Draft::of(market.seller, "Kept")).await;
    for buyer in [market.buyer, UserId::new(1000)] {
        sell(&market.store, market.product, buyer, market.seller, at(1)).await;
    }
    let mut reading = unit(&market.store).await;
    let asked = [unsold, market.product, ProductId::new(9999)];
    assert_eq!(
        reading.sales().sold(&asked).await.unwrap(),
        [market.product]
    );
    assert!(reading.sales().sold(&[]).await.unwrap().is_empty());
}

async fn sales_of_a_member_are_newest_first(store: SqlStore) {
    let market = market(store).await;
    let other = put_up(
        &market.store,
        &Draft::of(market.buyer, "Other").priced(1, 0),
    )
    .await;
    let (store, seller, buyer) = (&market.store, market.seller, market.buyer);
    let first = sell(store, market.product, buyer, seller, at(1)).await;
    let third = sell(store, market.product, UserId::new(1000), seller, at(3)).await;
    let second = sell(store, other, seller, buyer, at(2)).await;
    let ids = async |member, limit| {
        let sales = store.sales().of_member(member, limit).await.unwrap();
        sales.iter().map(|sale| sale.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(seller, 10).await, [third, second, first]);
    assert_eq!(ids(seller, 2).await, [third, second]);
    assert_eq!(ids(buyer, 10).await, [second, first]);
    assert!(ids(UserId::new(9999), 10).await.is_empty());
}

/// A cursor at a sale.
fn cursor(sale: &Sale) -> String {
    let place = Cursor {
        order: 's',
        key: sale.of.time.micros(),
        id: sale.id.get(),
    };
    place.encode()
}

async fn purchases_are_walked_both_ways(store: SqlStore) {
    let market = market(store).await;
    let mut newest_first = Vec::new();
    for index in 0..7 {
        let draft = Draft::of(market.seller, &format!("w{index}")).priced(1, 0);
        let product = put_up(&market.store, &draft).await;
        // Two at a time.
        let id = sell(
            &market.store,
            product,
            market.buyer,
            market.seller,
            at(index / 2),
        )
        .await;
        newest_first.insert(0, id);
    }
    let mut raw = RawPage {
        first: Some(3),
        ..RawPage::default()
    };
    let mut walked = Vec::new();
    loop {
        let page = PageRequest::parse(&raw, 's').unwrap();
        let rows = market
            .store
            .sales()
            .purchases(market.buyer, &page)
            .await
            .unwrap();
        let page = page.page(rows);
        walked.extend(page.rows.iter().map(|sale| sale.id));
        raw.after = page.rows.last().map(cursor);
        if !page.has_next {
            break;
        }
    }
    assert_eq!(walked, newest_first);
    let back = RawPage {
        last: Some(3),
        before: raw.after,
        ..RawPage::default()
    };
    let page = PageRequest::parse(&back, 's').unwrap();
    let rows = market
        .store
        .sales()
        .purchases(market.buyer, &page)
        .await
        .unwrap();
    let ids: Vec<_> = page.page(rows).rows.iter().map(|sale| sale.id).collect();
    assert_eq!(ids, newest_first[3..6]);
    assert_eq!(
        market
            .store
            .sales()
            .count_purchases(market.buyer)
            .await
            .unwrap(),
        7
    );
}
