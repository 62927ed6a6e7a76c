//! Flagging copies after the commit, and telling who was earlier.

use super::*;
use crate::domain::mail::{CopyFacts, Letter, Mail};
use crate::domain::text::Title;
use crate::ports::store::StoreError;
use crate::services::similarity::{CompareError, SimilarError};
use crate::services::testing::Fault;

/// Whether it is flagged, as a copy of what, and whether the notice is settled.
fn flag(bench: &Bench, id: ProductId) -> Option<(ProductId, bool)> {
    let rows = bench.store.rows();
    let product = rows.market.product(id).unwrap();
    Some((product.duplicate_of?, product.duplicate_told))
}

async fn compare(bench: &Bench, id: ProductId) {
    bench.duplicates.compare(id).await.unwrap();
}

fn hide(bench: &Bench, id: ProductId, hidden: bool) {
    bench.store.rows().market.listing(id).private = hidden;
}

fn entitle(bench: &Bench, id: ProductId, title: &str) {
    bench.store.rows().market.listing(id).title = Title::parse(title).unwrap();
}

fn notice(address: &str, name: &str, facts: CopyFacts) -> Mail {
    Mail {
        to: crate::domain::email::Email::parse(address).unwrap(),
        username: name.into(),
        letter: Letter::SamePicture(facts),
    }
}

#[tokio::test]
async fn a_public_copy_is_flagged_and_its_earlier_owner_told_once() {
    let bench = Bench::filled().await;
    let first = bench.put_up(bench.anna, 0.0);
    let copy = bench.put_up(bench.berta, 1.0);
    entitle(&bench, first, "Mine");
    entitle(&bench, copy, "Win at evil.example");
    for _ in 0..2 {
        compare(&bench, copy).await;
        compare(&bench, first).await;
        assert_eq!(flag(&bench, copy), Some((first, true)));
        assert_eq!(flag(&bench, first), None);
    }
    let facts = CopyFacts {
        title: "Mine".into(),
        copy: copy.get(),
        other: "berta".into(),
    };
    assert_eq!(
        bench.store.mails(),
        [notice("anna@example.com", "anna", facts)]
    );
}

/// M6
#[tokio::test]
async fn copies_of_one_image_by_one_member_are_told_of_once() {
    let bench = Bench::filled().await;
    let first = bench.put_up(bench.anna, 0.0);
    for _ in 0..3 {
        let copies = [(); 4].map(|()| bench.put_up(bench.berta, 0.0));
        for copy in copies {
            compare(&bench, copy).await;
            assert_eq!(flag(&bench, copy), Some((first, true)));
        }
        let mut rows = bench.store.rows();
        let market = &mut rows.market;
        market
            .products
            .retain(|product| !copies.contains(&product.id));
        market.embeddings.retain(|id, _| !copies.contains(id));
    }
    assert_eq!(bench.store.mails().len(), 1);
}

/// M6
#[tokio::test]
async fn nobody_is_told_of_more_than_five_copies_a_day() {
    let bench = Bench::filled().await;
    bench.put_up(bench.anna, 0.0);
    let copy_by = async |no: usize| {
        let copier = bench
            .store
            .member(&format!("copier{no}"), &format!("copier{no}@example.com"));
        let copy = bench.put_up(copier, 0.0);
        compare(&bench, copy).await;
        assert!(flag(&bench, copy).is_some(), "{no}");
    };
    for no in 0..8 {
        copy_by(no).await;
    }
    assert_eq!(bench.store.mails().len(), 5);
    for notice in &mut bench.store.rows().market.notices {
        notice.time = notice.time.minus(Duration::from_hours(24));
    }
    copy_by(8).await;
    assert_eq!(bench.store.mails().len(), 6, "the next day");
}

#[tokio::test]
async fn a_hidden_copy_is_flagged_and_nobody_told_until_it_is_public() {
    let bench = Bench::filled().await;
    let first = bench.put_up(bench.anna, 0.0);
    let copy = bench.put_up(bench.berta, 0.0);
    hide(&bench, copy, true);
    compare(&bench, copy).await;
    assert_eq!(flag(&bench, copy), Some((first, false)));
    assert!(bench.store.mails().is_empty());
    hide(&bench, copy, false);
    compare(&bench, copy).await;
    assert_eq!(flag(&bench, copy), Some((first, true)));
    assert_eq!(bench.store.mails().len(), 1);
}

#[tokio::test]
async fn an_earlier_one_that_commits_late_flags_what_came_behind_it() {
    let bench = Bench::filled().await;
    let slow = bench.bare(bench.anna);
    let copies = [
        bench.put_up(bench.berta, 0.0),
        bench.put_up(bench.berta, 2.0),
    ];
    for copy in copies {
        compare(&bench, copy).await;
        assert_eq!(flag(&bench, copy), None);
    }
    bench.store.embed(slow, &pointing(0.0), ago(1));
    let own = bench.put_up(bench.anna, 1.0);
    compare(&bench, slow).await;
    for copy in copies {
        assert_eq!(flag(&bench, copy), Some((slow, true)));
    }
    assert_eq!((flag(&bench, own), flag(&bench, slow)), (None, None));
    assert_eq!(bench.store.mails().len(), 1, "of one copier");
}

#[tokio::test]
async fn comparing_one_copy_flags_no_other_of_them() {
    let bench = Bench::filled().await;
    let first = bench.put_up(bench.anna, 0.0);
    let [one, other] = [
        bench.put_up(bench.berta, 0.0),
        bench.put_up(bench.berta, 0.0),
    ];
    compare(&bench, other).await;
    assert_eq!(flag(&bench, other), Some((first, true)));
    assert_eq!(flag(&bench, one), None);
}

#[tokio::test]
async fn where_the_earlier_one_is_deleted_nobody_is_told() {
    let bench = Bench::filled().await;
    let first = bench.put_up(bench.anna, 0.0);
    let copy = bench.put_up(bench.berta, 0.0);
    hide(&bench, copy, true);
    compare(&bench, copy).await;
    {
        let market = &mut bench.store.rows().market;
        market.products.retain(|product| product.id != first);
        market.embeddings.remove(&first);
    }
    hide(&bench, copy, false);
    compare(&bench, copy).await;
    assert!(bench.store.mails().is_empty());
    let (earlier, _) = flag(&bench, copy).unwrap();
    assert_eq!(earlier, first, "what it was is not forgotten");
}

#[tokio::test]
async fn an_earlier_one_deleted_between_the_search_and_the_flag_is_told_nothing() {
    let bench = Bench::filled().await;
    let first = bench.put_up(bench.anna, 0.0);
    let copy = bench.put_up(bench.berta, 0.0);
    let gone = Fault::Meanwhile(Box::new(move |rows| {
        rows.market.products.retain(|product| product.id != first);
    }));
    bench.store.fault("begin", 1, gone);
    compare(&bench, copy).await;
    assert!(bench.store.mails().is_empty());
}

#[tokio::test]
async fn a_product_that_is_gone_or_not_described_yet_is_not_compared() {
    let bench = Bench::filled().await;
    let bare = bench.bare(bench.anna);
    compare(&bench, bare).await;
    compare(&bench, ProductId::new(99)).await;
    let first = bench.put_up(bench.anna, 0.0);
    let copy = bench.put_up(bench.berta, 0.0);
    let gone = Fault::Meanwhile(Box::new(move |rows| {
        rows.market.products.retain(|product| product.id != copy);
    }));
    bench.store.fault("begin", 1, gone);
    compare(&bench, copy).await;
    assert_eq!(flag(&bench, first), None);
}

/// D4
#[tokio::test(start_paused = true)]
async fn a_unit_that_met_another_is_tried_again_and_tells_once() {
    let bench = Bench::filled().await;
    bench.put_up(bench.anna, 0.0);
    let copy = bench.put_up(bench.berta, 0.0);
    for statement in ["products.set_duplicate", "outbox.add", "commit"] {
        let contended = Fault::contended(|_| ());
        bench.store.fault(statement, 1, contended);
    }
    compare(&bench, copy).await;
    assert_eq!(bench.store.mails().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_searched_now_is_compared_later() {
    let bench = Bench::new();
    bench.put_up(bench.anna, 0.0);
    let copy = bench.put_up(bench.berta, 0.0);
    let compared = bench.duplicates.compare(copy).await;
    assert!(
        matches!(compared, Err(CompareError::Similar(SimilarError::NotReady))),
        "{compared:?}"
    );
    bench.follower().reconcile().await.unwrap();
    *bench.index.busy.lock().unwrap() = true;
    let compared = bench.duplicates.compare(copy).await;
    assert!(
        matches!(compared, Err(CompareError::Similar(SimilarError::Index(_)))),
        "{compared:?}"
    );
    *bench.index.busy.lock().unwrap() = false;
    let away = Fault::Fails(StoreError::Unavailable("away".into()));
    bench.store.fault("commit", 1, away);
    let compared = bench.duplicates.compare(copy).await;
    assert!(
        matches!(compared, Err(CompareError::Store(_))),
        "{compared:?}"
    );
    assert_eq!(flag(&bench, copy), None);
}
