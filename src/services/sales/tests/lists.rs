//! What was bought and sold.

use std::sync::Arc;

use mockall::predicate::{eq, function};

use super::{Sales, viewer};
use crate::domain::id::UserId;
use crate::domain::page::{PageRequest, RawPage};
use crate::services::sales::{ListError, SalesService as _};
use crate::services::testing::{FakeClock, FakeStore};

const MEMBER: UserId = UserId::new(7);

fn sales(expect: impl FnOnce(&mut FakeStore)) -> Sales {
    let mut store = FakeStore::default();
    expect(&mut store);
    Sales {
        store: Arc::new(store),
        clock: Arc::new(FakeClock::default()),
    }
}

fn refused(error: ListError) -> String {
    match error {
        ListError::Invalid(invalid) => invalid.field,
        ListError::Store(fault) => panic!("{fault}"),
    }
}

/// G9
#[tokio::test]
async fn a_list_has_one_to_a_hundred_rows_of_the_viewer() {
    for size in [1, 100] {
        let sales = sales(|store| {
            let mut asked = store.sales.expect_of_member().times(1);
            asked = asked.with(eq(MEMBER), eq(size));
            asked.returning(|_, _| Ok(Vec::new()));
        });
        let listed = sales.list(&viewer(MEMBER), size.into()).await;
        assert!(listed.unwrap().is_empty());
    }
    for size in [0, -1, 101, i64::MAX] {
        let sales = sales(|_| ());
        let error = sales.list(&viewer(MEMBER), size).await.unwrap_err();
        assert_eq!(refused(error), "first");
    }
}

/// G9
#[tokio::test]
async fn purchases_come_fifty_a_page_unless_told() {
    let sales = sales(|store| {
        let fifty = function(|page: &PageRequest| page.size == 50 && !page.backward);
        let asked = store.sales.expect_purchases().times(1);
        asked
            .with(eq(MEMBER), fifty)
            .returning(|_, _| Ok(Vec::new()));
    });
    let page = sales.purchases(&viewer(MEMBER), RawPage::default()).await;
    assert!(!page.unwrap().has_next);
}

/// G9
#[tokio::test]
async fn a_page_of_purchases_that_makes_no_sense_is_refused() {
    let pages = [
        (Some(1), Some(1), None, "first"),
        (Some(101), None, None, "first"),
        (None, Some(0), None, "last"),
        (None, None, Some("nonsense"), "after"),
    ];
    for (first, last, after, field) in pages {
        let raw = RawPage {
            first,
            last,
            after: after.map(str::to_owned),
            before: None,
        };
        let error = sales(|_| ()).purchases(&viewer(MEMBER), raw).await;
        assert_eq!(refused(error.unwrap_err()), field);
    }
}

#[tokio::test]
async fn purchases_are_counted_for_the_viewer() {
    let sales = sales(|store| {
        let asked = store.sales.expect_count_purchases().times(1);
        asked.with(eq(MEMBER)).returning(|_| Ok(3));
    });
    assert_eq!(sales.count_purchases(&viewer(MEMBER)).await.unwrap(), 3);
}
