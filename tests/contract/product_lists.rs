//! `ProductReader`: the lists that are no page, and what lists cost.

use shotify::adapters::sql::SqlStore;
use shotify::domain::id::{ProductId, UserId};
use shotify::domain::page::PageRequest;
use shotify::domain::search::{ProductFilter, ProductOrder};
use shotify::ports::store::Store;

use crate::support::{Draft, at, confirmed, contract, put_up, sell};

contract! {
    the_newest_of_each_owner_are_what_the_viewer_may_see,
    many_owners_are_read_in_few_statements,
    labels_are_counted_over_what_the_viewer_may_see,
    labels_are_found_by_prefix_and_nothing_is_a_wildcard,
    a_page_is_one_statement_whatever_it_finds,
    any_number_of_ids_is_searched_among_in_few_statements,
}

async fn newest(
    store: &SqlStore,
    viewer: UserId,
    owners: &[UserId],
    limit: u32,
) -> Vec<(UserId, String)> {
    let found = store
        .products()
        .newest_of(viewer, owners, limit)
        .await
        .unwrap();
    found
        .into_iter()
        .map(|seen| {
            (
                seen.product.owner,
                seen.product.listing.title.as_str().to_owned(),
            )
        })
        .collect()
}

async fn the_newest_of_each_owner_are_what_the_viewer_may_see(store: SqlStore) {
    let [anna, berta] = [
        confirmed(&store, "anna").await,
        confirmed(&store, "berta").await,
    ];
    for (seconds, title) in [(1, "a1"), (3, "a3"), (2, "a2"), (3, "a3b")] {
        put_up(&store, &Draft::of(anna, title).created(at(seconds))).await;
    }
    let hidden = put_up(&store, &Draft::of(anna, "hidden").hidden().created(at(9))).await;
    put_up(&store, &Draft::of(berta, "b1").created(at(5))).await;
    put_up(
        &store,
        &Draft::of(berta, "secret").archived().created(at(6)),
    )
    .await;
    let titles = |list: &[(UserId, &str)]| {
        list.iter()
            .map(|(u, t)| (*u, (*t).to_owned()))
            .collect::<Vec<_>>()
    };
    let berta_sees = titles(&[
        (anna, "a3b"),
        (anna, "a3"),
        (berta, "secret"),
        (berta, "b1"),
    ]);
    assert_eq!(
        newest(&store, berta, &[berta, anna, berta], 2).await,
        berta_sees
    );
    sell(&store, hidden, berta, anna, at(10)).await;
    assert_eq!(
        newest(&store, berta, &[anna], 1).await,
        titles(&[(anna, "hidden")])
    );
    assert_eq!(
        newest(&store, anna, &[berta], 5).await,
        titles(&[(berta, "b1")])
    );
    assert!(newest(&store, anna, &[], 5).await.is_empty());
}

async fn many_owners_are_read_in_few_statements(store: SqlStore) {
    let anna = confirmed(&store, "anna").await;
    put_up(&store, &Draft::of(anna, "one")).await;
    for (owners, statements) in [(1, 1), (100, 1), (250, 3)] {
        let owners: Vec<_> = (0..owners).map(|n| UserId::new(anna.get() + n)).collect();
        let before = store.statements();
        assert_eq!(newest(&store, anna, &owners, 3).await.len(), 1);
        assert_eq!(store.statements() - before, statements);
    }
}

async fn counts(store: &SqlStore, viewer: UserId, prefix: &str, limit: u32) -> Vec<(String, i64)> {
    let counts = store
        .products()
        .label_counts(viewer, prefix, limit)
        .await
        .unwrap();
    counts
        .into_iter()
        .map(|found| (found.label.as_str().to_owned(), found.count))
        .collect()
}

fn pairs(list: &[(&str, i64)]) -> Vec<(String, i64)> {
    list.iter()
        .map(|(label, count)| ((*label).to_owned(), *count))
        .collect()
}

/// Z2
async fn labels_are_counted_over_what_the_viewer_may_see(store: SqlStore) {
    let [anna, berta] = [
        confirmed(&store, "anna").await,
        confirmed(&store, "berta").await,
    ];
    put_up(
        &store,
        &Draft::of(anna, "1").labelled(&["sea", "boat", "ärmel"]),
    )
    .await;
    put_up(&store, &Draft::of(anna, "2").labelled(&["sea"])).await;
    let hidden = Draft::of(anna, "3").hidden().labelled(&["sea", "secret"]);
    let hidden = put_up(&store, &hidden).await;
    put_up(
        &store,
        &Draft::of(anna, "4")
            .archived()
            .labelled(&["boat", "put away"]),
    )
    .await;
    let public = pairs(&[("sea", 2), ("boat", 1), ("ärmel", 1)]);
    assert_eq!(counts(&store, berta, "", 10).await, public);
    let own = pairs(&[("sea", 3), ("boat", 2), ("put away", 1)]);
    assert_eq!(counts(&store, anna, "", 3).await, own);
    sell(&store, hidden, berta, anna, at(1)).await;
    let bought = pairs(&[("sea", 3), ("secret", 1)]);
    assert_eq!(counts(&store, berta, "se", 10).await, bought);
}

async fn labels_are_found_by_prefix_and_nothing_is_a_wildcard(store: SqlStore) {
    let anna = confirmed(&store, "anna").await;
    let labels = ["sea", "sea lion", "search", "50%", "a_b", "axb"];
    put_up(&store, &Draft::of(anna, "1").labelled(&labels)).await;
    for (prefix, expected) in [
        ("sea", vec![("sea", 1), ("sea lion", 1), ("search", 1)]),
        ("sea ", vec![("sea lion", 1)]),
        ("a_", vec![("a_b", 1)]),
        ("50%", vec![("50%", 1)]),
        ("%", vec![]),
        ("_", vec![]),
        ("\u{10FFFF}", vec![]),
    ] {
        assert_eq!(
            counts(&store, anna, prefix, 10).await,
            pairs(&expected),
            "{prefix:?}"
        );
    }
}

/// Z7
async fn a_page_is_one_statement_whatever_it_finds(store: SqlStore) {
    let [anna, berta] = [
        confirmed(&store, "anna").await,
        confirmed(&store, "berta").await,
    ];
    for index in 0..30 {
        let draft = Draft::of(anna, &format!("{index}")).created(at(index));
        put_up(
            &store,
            &if index % 2 == 0 {
                draft.hidden()
            } else {
                draft
            },
        )
        .await;
    }
    let filter = ProductFilter::default();
    for (viewer, size) in [(anna, 20), (berta, 3)] {
        let page = PageRequest::front(size);
        let before = store.statements();
        let rows = store
            .products()
            .page(viewer, &filter, ProductOrder::Newest, &page)
            .await;
        assert_eq!(rows.unwrap().len(), size as usize + 1);
        store.products().count(viewer, &filter).await.unwrap();
        assert_eq!(store.statements() - before, 2);
    }
}

async fn any_number_of_ids_is_searched_among_in_few_statements(store: SqlStore) {
    let [anna, berta] = [
        confirmed(&store, "anna").await,
        confirmed(&store, "berta").await,
    ];
    let shown = put_up(&store, &Draft::of(anna, "shown")).await;
    put_up(&store, &Draft::of(anna, "hidden").hidden()).await;
    // More than any engine takes in one statement, the products first and last.
    let ids: Vec<_> = (2..40_000).chain([1]).map(ProductId::new).collect();
    let filter = ProductFilter::default();
    for (count, statements) in [(0, 0), (1, 1), (4096, 1), (4097, 2), (ids.len(), 10)] {
        let ids = &ids[ids.len() - count..];
        let before = store.statements();
        let found = store.products().among(berta, &filter, ids).await.unwrap();
        assert_eq!(store.statements() - before, statements, "{count} ids");
        let counted = store.products().count_among(berta, &filter, ids).await;
        assert_eq!(store.statements() - before, 2 * statements, "{count} ids");
        let found: Vec<_> = found.iter().map(|seen| seen.product.id).collect();
        let expected: Vec<_> = ids.iter().filter(|id| **id == shown).copied().collect();
        assert_eq!(usize::try_from(counted.unwrap()).unwrap(), found.len());
        assert_eq!(found, expected);
    }
    let nothing = ProductFilter {
        id: Some(None),
        ..ProductFilter::default()
    };
    let before = store.statements();
    let found = store.products().among(anna, &nothing, &ids).await;
    assert!(found.unwrap().is_empty());
    let counted = store.products().count_among(anna, &nothing, &ids).await;
    assert_eq!((counted.unwrap(), store.statements() - before), (0, 0));
}
