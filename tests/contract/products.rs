//! `Products` and the lookups of `ProductReader`.

use shotify::adapters::sql::SqlStore;
use shotify::domain::id::{ProductId, UserId};
use shotify::domain::label::Label;
use shotify::domain::money::{Cents, Currency, Percent};
use shotify::domain::product::Product;
use shotify::domain::text::Title;
use shotify::ports::products::{CopyNotice, SearchWords, Usage};
use shotify::ports::store::{Store, StoreError};

use crate::support::{Draft, at, confirmed, contract, put_up, sell, unit};

contract! {
    a_product_is_read_as_written,
    a_lookup_says_whether_the_viewer_bought_it,
    lookups_cost_the_same_for_hidden_and_missing,
    an_update_writes_what_the_owner_decides,
    labels_keep_their_order,
    a_removed_product_leaves_nothing,
    locked_rows_come_in_id_order_without_the_missing,
    racing_updates_of_locked_rows_lose_nothing,
    usage_counts_what_a_member_has,
    the_keys_of_all_products_are_walked,
    a_foreign_currency_is_found,
    a_copy_is_read_with_what_it_repeats,
    notices_of_copies_are_noted_once_and_counted_by_the_day,
}

fn expected(id: ProductId, draft: &Draft) -> Product {
    let new = draft.new.clone();
    Product {
        id,
        owner: new.owner,
        listing: new.listing,
        currency: new.currency,
        created: new.created,
        updated: new.created,
        facts: new.facts,
        keys: new.keys,
        duplicate_of: None,
        duplicate_told: false,
    }
}

async fn found(store: &SqlStore, id: ProductId) -> Option<Product> {
    store.products().find_for_link(id).await.unwrap()
}

async fn a_product_is_read_as_written(store: SqlStore) {
    let owner = confirmed(&store, "owner").await;
    let draft = Draft::of(owner, "Ærø 🐎 at 100 % _ '\"\\")
        .priced(999, 33)
        .described("one\ntwo");
    let other = Draft::of(owner, "Other").hidden().archived();
    for draft in [draft, other] {
        let id = put_up(&store, &draft).await;
        assert_eq!(found(&store, id).await, Some(expected(id, &draft)));
        let seen = store.products().find(owner, id).await.unwrap().unwrap();
        assert_eq!((seen.product, seen.bought), (expected(id, &draft), false));
    }
    assert_eq!(found(&store, ProductId::new(9999)).await, None);
}

async fn a_lookup_says_whether_the_viewer_bought_it(store: SqlStore) {
    let [owner, buyer] = [
        confirmed(&store, "owner").await,
        confirmed(&store, "buyer").await,
    ];
    let sold = put_up(&store, &Draft::of(owner, "Sold").priced(100, 0)).await;
    let unsold = put_up(&store, &Draft::of(owner, "Unsold").priced(100, 0)).await;
    sell(&store, sold, buyer, owner, at(1)).await;
    for (viewer, id, bought) in [
        (buyer, sold, true),
        (owner, sold, false),
        (buyer, unsold, false),
    ] {
        let seen = store.products().find(viewer, id).await.unwrap().unwrap();
        assert_eq!(seen.bought, bought);
    }
    let ids = [unsold, sold, ProductId::new(9999)];
    let mut all = store.products().find_all(buyer, &ids).await.unwrap();
    all.sort_by_key(|seen| seen.product.id);
    let facts: Vec<_> = all
        .iter()
        .map(|seen| (seen.product.id, seen.bought))
        .collect();
    assert_eq!(facts, [(sold, true), (unsold, false)]);
}

/// Z7
async fn lookups_cost_the_same_for_hidden_and_missing(store: SqlStore) {
    let [owner, stranger] = [
        confirmed(&store, "owner").await,
        confirmed(&store, "guest").await,
    ];
    let hidden = put_up(&store, &Draft::of(owner, "Hidden").hidden()).await;
    for id in [hidden, ProductId::new(9999)] {
        let before = store.statements();
        store.products().find(stranger, id).await.unwrap();
        assert_eq!(store.statements() - before, 1);
        store.products().find_all(stranger, &[id]).await.unwrap();
        assert_eq!(store.statements() - before, 2);
    }
    assert!(
        store
            .products()
            .find_all(owner, &[])
            .await
            .unwrap()
            .is_empty()
    );
}

async fn an_update_writes_what_the_owner_decides(store: SqlStore) {
    let owner = confirmed(&store, "owner").await;
    let draft = Draft::of(owner, "Before");
    let id = put_up(&store, &draft).await;
    let mut product = expected(id, &draft);
    product.updated = at(9);
    product.listing = Draft::of(owner, "After")
        .priced(1001, 50)
        .hidden()
        .archived()
        .new
        .listing;
    product.listing.title = Title::parse("After").unwrap();
    let mut writing = unit(&store).await;
    writing
        .products()
        .update(id, &product.listing, at(9))
        .await
        .unwrap();
    writing.commit().await.unwrap();
    assert_eq!(found(&store, id).await, Some(product));
}

fn labels(names: &[&str]) -> Vec<Label> {
    Label::parse_all(names).unwrap()
}

async fn labels_keep_their_order(store: SqlStore) {
    let owner = confirmed(&store, "owner").await;
    let first = put_up(
        &store,
        &Draft::of(owner, "A").labelled(&["zebra", "ärger", "arger"]),
    )
    .await;
    let second = put_up(&store, &Draft::of(owner, "B").labelled(&["zebra"])).await;
    let bare = put_up(&store, &Draft::of(owner, "C")).await;
    let mut writing = unit(&store).await;
    let read = writing.products().labels(first).await.unwrap();
    assert_eq!(read, labels(&["zebra", "ärger", "arger"]));
    writing
        .products()
        .set_labels(second, &labels(&["b", "a"]))
        .await
        .unwrap();
    writing.commit().await.unwrap();
    let all = store
        .products()
        .labels_of(&[second, bare, first])
        .await
        .unwrap();
    let of = |id| {
        all.iter()
            .filter(move |(of, _)| *of == id)
            .map(|(_, label)| label.clone())
    };
    assert_eq!(
        of(first).collect::<Vec<_>>(),
        labels(&["zebra", "ärger", "arger"])
    );
    assert_eq!(of(second).collect::<Vec<_>>(), labels(&["b", "a"]));
    assert_eq!(of(bare).count(), 0);
    assert!(store.products().labels_of(&[]).await.unwrap().is_empty());
}

async fn a_removed_product_leaves_nothing(store: SqlStore) {
    let owner = confirmed(&store, "owner").await;
    let id = put_up(&store, &Draft::of(owner, "Gone").labelled(&["gone"])).await;
    let mut removing = unit(&store).await;
    removing.products().remove(id).await.unwrap();
    removing.commit().await.unwrap();
    assert_eq!(found(&store, id).await, None);
    assert!(store.products().labels_of(&[id]).await.unwrap().is_empty());
    let next = put_up(&store, &Draft::of(owner, "Next")).await;
    assert!(next > id, "an id was used twice");
}

async fn locked_rows_come_in_id_order_without_the_missing(store: SqlStore) {
    let owner = confirmed(&store, "owner").await;
    let mut ids = Vec::new();
    for title in ["A", "B", "C"] {
        ids.push(put_up(&store, &Draft::of(owner, title)).await);
    }
    let mut locking = unit(&store).await;
    let asked = [ids[2], ProductId::new(9999), ids[0], ids[2]];
    let rows = locking.products().lock(&asked).await.unwrap();
    assert_eq!(
        rows.iter().map(|p| p.id).collect::<Vec<_>>(),
        [ids[0], ids[2]]
    );
    assert!(locking.products().lock(&[]).await.unwrap().is_empty());
}

/// C3
async fn racing_updates_of_locked_rows_lose_nothing(store: SqlStore) {
    let owner = confirmed(&store, "owner").await;
    let first = put_up(&store, &Draft::of(owner, "A")).await;
    let second = put_up(&store, &Draft::of(owner, "B")).await;
    crate::support::race(8, |index| {
        let store = store.clone();
        let mut ids = [first, second];
        ids.rotate_left(index % 2);
        async move {
            let done = crate::support::until_free(|| dearer_by_a_cent(&store, ids)).await;
            done.unwrap();
        }
    })
    .await;
    for id in [first, second] {
        let price = found(&store, id).await.unwrap().listing.price;
        assert_eq!(price, Cents::from_stored(8));
    }
}

async fn dearer_by_a_cent(
    store: &SqlStore,
    ids: [ProductId; 2],
) -> shotify::ports::store::StoreResult<()> {
    let mut unit = store.begin().await?;
    for mut product in unit.products().lock(&ids).await? {
        product.listing.price = Cents::from_stored(product.listing.price.get() + 1);
        unit.products()
            .update(product.id, &product.listing, at(1))
            .await?;
    }
    unit.commit().await
}

async fn usage_counts_what_a_member_has(store: SqlStore) {
    let [owner, other] = [
        confirmed(&store, "owner").await,
        confirmed(&store, "other").await,
    ];
    for title in ["A", "B"] {
        put_up(&store, &Draft::of(owner, title).hidden()).await;
    }
    let mut reading = unit(&store).await;
    let products = reading.products();
    let stored = Usage {
        count: 2,
        // Originals and what was made of them.
        bytes: 10_000_000_014,
    };
    assert_eq!(products.usage(owner).await.unwrap(), stored);
    assert_eq!(products.usage(other).await.unwrap(), Usage::default());
    // Nothing to be found by is no fault either.
    let id = ProductId::new(1);
    products
        .set_words(id, &SearchWords::default())
        .await
        .unwrap();
    products.set_labels(id, &[]).await.unwrap();
}

async fn foreign(store: &SqlStore, currency: &str) -> Option<String> {
    store.products().foreign_currency(currency).await.unwrap()
}

async fn a_foreign_currency_is_found(store: SqlStore) {
    let owner: UserId = confirmed(&store, "owner").await;
    assert_eq!(foreign(&store, "USD").await, None);
    put_up(&store, &Draft::of(owner, "A").priced(1, 0)).await;
    assert_eq!(foreign(&store, "USD").await, None);
    assert_eq!(foreign(&store, "EUR").await.as_deref(), Some("USD"));
    for code in ["CHF", "ZAR"] {
        let mut draft = Draft::of(owner, code);
        draft.new.currency = Currency::parse(code).unwrap();
        draft.new.listing.discount = Percent::from_stored(100);
        put_up(&store, &draft).await;
        assert!(foreign(&store, "USD").await.is_some());
    }
}

async fn the_keys_of_all_products_are_walked(store: SqlStore) {
    let owner = confirmed(&store, "owner").await;
    let drafts = ["A", "B", "C"].map(|title| Draft::of(owner, title));
    let drafts = [
        drafts[0].clone().hidden(),
        drafts[1].clone().archived(),
        drafts[2].clone(),
    ];
    let mut expected = Vec::new();
    for draft in &drafts {
        expected.push((put_up(&store, draft).await, draft.new.keys.clone()));
    }
    let walk = async |after, limit| store.products().keys_after(after, limit).await.unwrap();
    assert_eq!(walk(ProductId::new(0), 2).await, expected[..2]);
    assert_eq!(walk(expected[1].0, 2).await, expected[2..]);
    assert_eq!(walk(expected[2].0, 2).await, []);
}

/// M6
async fn notices_of_copies_are_noted_once_and_counted_by_the_day(store: SqlStore) {
    let owner = confirmed(&store, "owner").await;
    let [mine, other] = ["Mine", "Other"].map(|title| Draft::of(owner, title));
    let (mine, other) = (put_up(&store, &mine).await, put_up(&store, &other).await);
    let notice = |earlier, copier, seconds| CopyNotice {
        earlier,
        copier: UserId::new(copier),
        recipient: owner,
        time: at(seconds),
    };
    let mut writing = unit(&store).await;
    for noted in [
        notice(mine, 1, 10),
        notice(mine, 2, 20),
        notice(other, 1, 30),
    ] {
        assert!(!writing.products().was_told(&noted).await.unwrap());
        writing.products().note_told(&noted).await.unwrap();
        assert!(writing.products().was_told(&noted).await.unwrap());
    }
    writing.commit().await.unwrap();
    let mut writing = unit(&store).await;
    let again = writing.products().note_told(&notice(mine, 1, 40)).await;
    assert!(
        matches!(again, Err(StoreError::Conflict("notice"))),
        "{again:?}"
    );
    drop(writing);
    let mut writing = unit(&store).await;
    let any = notice(mine, 3, 40);
    for (since, count) in [(0, 3), (10, 2), (30, 0)] {
        let counted = writing.products().count_notices(&any, at(since)).await;
        assert_eq!(counted.unwrap(), count, "{since}");
    }
    writing.products().remove(mine).await.unwrap();
    assert!(
        !writing
            .products()
            .was_told(&notice(mine, 1, 50))
            .await
            .unwrap()
    );
    assert!(
        writing
            .products()
            .was_told(&notice(other, 1, 50))
            .await
            .unwrap()
    );
}

async fn a_copy_is_read_with_what_it_repeats(store: SqlStore) {
    let owner = confirmed(&store, "owner").await;
    let draft = Draft::of(owner, "Copy");
    let (id, other) = (put_up(&store, &draft).await, put_up(&store, &draft).await);
    // What it repeats may be gone, and is not asked for.
    let earlier = ProductId::new(9999);
    for told in [false, true] {
        let mut writing = unit(&store).await;
        let products = writing.products();
        products.set_duplicate(id, earlier, told).await.unwrap();
        writing.commit().await.unwrap();
        let copy = Product {
            duplicate_of: Some(earlier),
            duplicate_told: told,
            ..expected(id, &draft)
        };
        assert_eq!(found(&store, id).await.as_ref(), Some(&copy));
        let seen = store.products().find(owner, id).await.unwrap().unwrap();
        assert_eq!(seen.product, copy);
        let mut locking = unit(&store).await;
        assert_eq!(locking.products().lock(&[id]).await.unwrap(), [copy]);
    }
    assert_eq!(found(&store, other).await, Some(expected(other, &draft)));
}
