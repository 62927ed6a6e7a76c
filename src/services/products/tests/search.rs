//! Lists, pages and counts.

use mockall::predicate::{always, eq, function};

use super::mocked;
use crate::domain::id::UserId;
use crate::domain::page::{PageRequest, RawPage};
use crate::domain::search::ProductOrder;
use crate::domain::session::SessionId;
use crate::domain::user::Role;
use crate::domain::viewer::Viewer;
use crate::services::products::{ImageSearch, ProductsService as _, SearchError};

const MEMBER: UserId = UserId::new(7);
const VIEWER: Viewer = Viewer {
    user: MEMBER,
    role: Role::User,
    session: SessionId([1; 16]),
};

fn field(error: SearchError) -> String {
    match error {
        SearchError::Filter(invalid) => format!("filter.{}", invalid.field),
        SearchError::Invalid(invalid) => invalid.field,
        fault => panic!("{fault}"),
    }
}

fn titled(title: &str) -> ImageSearch {
    ImageSearch {
        title: Some(title.into()),
        ..ImageSearch::default()
    }
}

#[tokio::test]
async fn a_filter_that_nothing_can_pass_asks_nobody() {
    let with_id = |id: &str| ImageSearch {
        id: Some(id.into()),
        ..ImageSearch::default()
    };
    let of_user = |id: &str| ImageSearch {
        user_id: Some(id.into()),
        ..ImageSearch::default()
    };
    let with_text = |text: &str| ImageSearch {
        text: Some(text.into()),
        ..ImageSearch::default()
    };
    for search in [with_id("x"), of_user("0"), with_text(" %_ "), titled("!")] {
        let products = mocked(|_| ());
        let list = products.list(&VIEWER, search.clone(), 50).await.unwrap();
        assert!(list.is_empty(), "{search:?}");
        let (order, raw) = (ProductOrder::Newest, RawPage::default());
        let page = products.search(&VIEWER, search.clone(), order, raw).await;
        let page = page.unwrap();
        assert!(page.rows.is_empty() && !page.has_next && !page.has_previous);
        assert_eq!(products.count(&VIEWER, search).await.unwrap(), 0);
    }
}

/// G9
#[tokio::test]
async fn a_list_has_one_to_a_hundred_images_newest_first() {
    for size in [1, 100] {
        let products = mocked(|store| {
            let front = function(move |page: &PageRequest| {
                i64::from(page.size) == size && !page.backward && page.after.is_none()
            });
            let asked = store.products.expect_page().times(1);
            asked
                .with(eq(MEMBER), always(), eq(ProductOrder::Newest), front)
                .returning(|_, _, _, _| Ok(Vec::new()));
        });
        let list = products.list(&VIEWER, ImageSearch::default(), size);
        assert!(list.await.unwrap().is_empty());
    }
    for size in [0, -1, 101, i64::MAX] {
        let products = mocked(|_| ());
        let list = products.list(&VIEWER, ImageSearch::default(), size);
        assert_eq!(field(list.await.unwrap_err()), "first");
    }
}

/// G9
#[tokio::test]
async fn a_page_that_makes_no_sense_is_refused() {
    let raw = |first, last, after: Option<&str>| RawPage {
        first,
        last,
        after: after.map(str::to_owned),
        before: None,
    };
    let pages = [
        (raw(Some(1), Some(1), None), "first"),
        (raw(Some(0), None, None), "first"),
        (raw(None, Some(101), None), "last"),
        (raw(None, None, Some("nonsense")), "after"),
    ];
    for (page, named) in pages {
        let products = mocked(|_| ());
        let order = ProductOrder::PriceAsc;
        let found = products.search(&VIEWER, ImageSearch::default(), order, page);
        assert_eq!(field(found.await.unwrap_err()), named);
    }
}

#[tokio::test]
async fn a_search_keeps_the_order_that_was_asked_for() {
    for order in ProductOrder::ALL {
        let products = mocked(|store| {
            let fifty = function(|page: &PageRequest| page.size == 50);
            let asked = store.products.expect_page().times(1);
            asked
                .with(eq(MEMBER), always(), eq(order), fifty)
                .returning(|_, _, _, _| Ok(Vec::new()));
        });
        let found = products.search(&VIEWER, titled("fog"), order, RawPage::default());
        assert!(found.await.is_ok());
    }
}

#[tokio::test]
async fn a_refused_filter_is_told_from_a_refused_page() {
    let products = mocked(|_| ());
    let long = titled(&"x".repeat(401));
    let list = products.list(&VIEWER, long.clone(), 50).await;
    assert_eq!(field(list.unwrap_err()), "filter.title");
    let count = products.count(&VIEWER, long).await.unwrap_err();
    assert_eq!(field(count.filter_named("input")), "filter.input.title");
}

#[tokio::test]
async fn labels_are_counted_by_their_folded_start() {
    let products = mocked(|store| {
        let asked = store.products.expect_label_counts().times(1);
        asked
            .with(eq(MEMBER), eq("été"), eq(20))
            .returning(|_, _, _| Ok(Vec::new()));
    });
    let counted = products.label_counts(&VIEWER, Some(" E\u{301}TÉ".into()), 20);
    assert!(counted.await.unwrap().is_empty());
}

/// G9
#[tokio::test]
async fn label_counts_are_bounded() {
    let cases = [
        (None, 0, "first"),
        (None, 101, "first"),
        (Some("x".repeat(51)), 20, "prefix"),
    ];
    for (prefix, first, named) in cases {
        let products = mocked(|_| ());
        let counted = products.label_counts(&VIEWER, prefix, first).await;
        assert_eq!(field(counted.unwrap_err()), named);
    }
}
