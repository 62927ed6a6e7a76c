//! Which pictures a search finds, and what it asks the index for.

use super::shelf::{OWNER, SHA256, Shelf, VIEWER, for_sale, ids, look};
use super::*;
use crate::domain::cursor::Cursor;
use crate::domain::embedding::Similarity;
use crate::domain::page::{Page, PageRequest};
use crate::domain::search::ProductFilter;
use crate::services::similarity::{Alike, Look, SIMILARITY_ORDER, SimilarError};
use crate::services::testing::FakeStore;

/// A shelf of 4,000 pictures, each a little less alike, of which a search finds but those that `pass`.
async fn crowded(pass: impl Fn(usize) -> bool) -> Shelf {
    let shelf = Shelf::new().await;
    for at in 0..4000_u16 {
        let for_sale = pass(usize::from(at));
        shelf.put(10.0 + f32::from(at) / 100.0, |product| {
            product.listing.for_sale = for_sale;
        });
    }
    shelf
}

/// The first page of what is like something else.
async fn first(shelf: &Shelf, look: &Look) -> Page<Alike> {
    let request = PageRequest::front(9);
    shelf.search(&for_sale(), look, &request).await.unwrap()
}

#[tokio::test]
async fn candidates_come_in_growing_batches_until_the_page_is_full() {
    let request = PageRequest::front(2);
    for (every, limits) in [
        (1, vec![200]),
        (90, vec![200, 800]),
        (500, vec![200, 800, 3200]),
    ] {
        let shelf = crowded(|at| at % every == every - 1).await;
        let page = shelf.page(&request).await;
        let place = |nth: usize| ProductId::new(i64::try_from(every * nth).unwrap());
        assert_eq!(ids(&page), [place(1), place(2)]);
        assert!(page.has_next && !page.has_previous);
        assert_eq!(shelf.limits(), limits, "one in {every}");
    }
}

#[tokio::test]
async fn where_too_few_pass_all_candidates_are_looked_at() {
    let shelf = crowded(|at| at == 3999).await;
    let page = shelf.page(&PageRequest::front(1)).await;
    assert_eq!(ids(&page), [ProductId::new(4000)]);
    assert!(!page.has_next);
    assert_eq!(shelf.limits(), [200, 800, 3200, 12_800]);
}

#[tokio::test]
async fn before_a_place_no_more_candidates_are_fetched_than_can_stand_there() {
    let shelf = crowded(|at| at < 50).await;
    let front = shelf.page(&PageRequest::front(50)).await;
    shelf.limits();
    for backward in [false, true] {
        let request = PageRequest {
            before: Some(front.rows[40].cursor()),
            backward,
            ..PageRequest::front(100)
        };
        assert_eq!(ids(&shelf.page(&request).await), ids(&front)[..40]);
        assert_eq!(shelf.limits(), [200]);
    }
}

#[tokio::test]
async fn the_foremost_are_ranked_by_the_stored_floats_where_the_index_is_off() {
    let shelf = Shelf::new().await;
    let degrees = |at: u8| f32::from(at) / 4.0;
    let put: Vec<ProductId> = (0..200).map(|at| shelf.put(degrees(at), |_| ())).collect();
    // The index takes the last for the first.
    for (id, at) in put.iter().zip((0..200).rev()) {
        shelf.index.hold(*id, &pointing(degrees(at)));
    }
    let page = shelf.page(&PageRequest::front(100)).await;
    assert_eq!(ids(&page), put[..100]);
    for (row, at) in page.rows.iter().zip(0..) {
        let exact = pointing(0.0).similarity(&pointing(degrees(at)));
        assert_eq!(Some(row.similarity), exact);
    }
}

#[tokio::test]
async fn of_equally_alike_ones_identical_files_come_first_then_the_lowest_id() {
    let shelf = Shelf::new().await;
    let less = shelf.put(5.0, |product| product.facts.sha256 = SHA256);
    let plain = [shelf.put(0.0, |_| ()), shelf.put(0.0, |_| ())];
    let same = [(); 2].map(|()| shelf.put(0.0, |product| product.facts.sha256 = SHA256));
    let expected = [same[0], same[1], plain[0], plain[1], less];
    assert_eq!(ids(&shelf.page(&PageRequest::front(9)).await), expected);
    // A picture without a file has none that is identical.
    let look = Look {
        sha256: None,
        ..look()
    };
    let page = first(&shelf, &look).await;
    assert_eq!(ids(&page), [plain[0], plain[1], same[0], same[1], less]);
}

#[tokio::test]
async fn what_is_less_alike_than_the_least_is_not_found() {
    let shelf = Shelf::new().await;
    let alike = shelf.put(60.0, |_| ());
    let less = shelf.put(60.1, |_| ());
    // The index thinks a little better of it; the floats decide.
    shelf.index.hold(less, &pointing(59.9));
    let page = shelf.page(&PageRequest::front(9)).await;
    assert_eq!(ids(&page), [alike]);
    assert_eq!(page.rows[0].similarity, Similarity::new(0.5));
    let count = shelf.similar.count(&VIEWER, &for_sale(), &look()).await;
    assert_eq!(count.unwrap(), 1);
}

#[tokio::test]
async fn what_is_left_out_is_neither_found_nor_counted() {
    let shelf = Shelf::new().await;
    let (itself, other) = (shelf.put(0.0, |_| ()), shelf.put(1.0, |_| ()));
    let look = Look {
        except: Some(itself),
        ..look()
    };
    assert_eq!(ids(&first(&shelf, &look).await), [other]);
    let count = shelf.similar.count(&VIEWER, &for_sale(), &look).await;
    assert_eq!(count.unwrap(), 1);
}

/// Z2: even if the store answered with what the viewer may not see.
#[tokio::test]
async fn a_hidden_product_is_not_shown_whatever_the_store_answers() {
    let shelf = Shelf::new().await;
    shelf.put(0.0, |product| product.listing.private = true);
    shelf.put(1.0, |product| product.listing.archived = true);
    let shown = shelf.put(2.0, |_| ());
    let own = shelf.put(3.0, |product| {
        assert_eq!(product.owner, OWNER);
        product.owner = VIEWER.user;
        product.listing.private = true;
    });
    let page = shelf.page(&PageRequest::front(1)).await;
    assert_eq!(ids(&page), [shown]);
    assert!(page.has_next);
    assert_eq!(ids(&shelf.page(&PageRequest::front(9)).await), [shown, own]);
}

#[tokio::test]
async fn a_product_that_left_the_database_is_not_found() {
    let shelf = Shelf::new().await;
    let kept = shelf.put(1.0, |_| ());
    shelf.index.hold(ProductId::new(99), &pointing(0.0));
    assert_eq!(ids(&shelf.page(&PageRequest::front(9)).await), [kept]);
}

/// A cursor is whatever a client sends.
#[tokio::test]
async fn no_place_is_too_far_out() {
    let shelf = Shelf::new().await;
    let id = shelf.put(0.0, |_| ());
    for (key, behind) in [(i64::MIN, false), (i64::MAX, true)] {
        let at = Some(Cursor {
            order: SIMILARITY_ORDER,
            key,
            id: key,
        });
        let after = PageRequest {
            after: at,
            ..PageRequest::front(9)
        };
        let before = PageRequest {
            before: at,
            ..PageRequest::front(9)
        };
        assert_eq!(ids(&shelf.page(&after).await).contains(&id), behind);
        assert_eq!(ids(&shelf.page(&before).await).contains(&id), !behind);
    }
}

#[tokio::test]
async fn a_filter_that_lets_nothing_pass_asks_nobody() {
    let index = Arc::new(ExactIndex::default());
    let similar = duplicates(Arc::new(FakeStore::default()), index).similar;
    let nothing = ProductFilter {
        id: Some(None),
        ..ProductFilter::default()
    };
    let request = PageRequest::front(9);
    let page = similar.page(&VIEWER, &nothing, &look(), &request).await;
    assert!(page.unwrap().rows.is_empty());
    let count = similar.count(&VIEWER, &nothing, &look()).await;
    assert_eq!(count.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_index_that_is_not_filled_or_too_busy_answers_nothing() {
    let index = Arc::new(ExactIndex::default());
    let similar = duplicates(Arc::new(FakeStore::default()), index).similar;
    let request = PageRequest::front(9);
    let page = similar.page(&VIEWER, &for_sale(), &look(), &request).await;
    assert!(matches!(page, Err(SimilarError::NotReady)), "{page:?}");
    let shelf = Shelf::new().await;
    *shelf.index.busy.lock().unwrap() = true;
    let page = shelf.search(&for_sale(), &look(), &request).await;
    assert!(matches!(page, Err(SimilarError::Index(_))), "{page:?}");
}
