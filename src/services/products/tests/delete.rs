//! Deleting products.

use super::{Gallery, gallery, viewer};
use crate::domain::id::{ProductId, SaleId, UserId};
use crate::domain::sale::{NewSale, Sale};
use crate::ports::store::StoreError;
use crate::services::products::{ChangeError, ProductsService as _};
use crate::services::testing::{Fault, listing};

async fn delete(gallery: &Gallery, who: UserId, ids: &[String]) -> Result<(), ChangeError> {
    gallery.products.delete(&viewer(who), ids.to_vec()).await
}

fn put_up(gallery: &Gallery, count: usize) -> Vec<ProductId> {
    let up = || gallery.store.put_up(gallery.owner, listing());
    (0..count).map(|_| up()).collect()
}

fn texts(ids: &[ProductId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

fn sell(gallery: &Gallery, id: ProductId) {
    let market = &mut gallery.store.rows().market;
    let product = market.product(id).unwrap().clone();
    let of = NewSale {
        product: id,
        buyer: gallery.stranger,
        seller: product.owner,
        time: product.created,
        title: product.listing.title,
        price: product.listing.price,
        list_price: product.listing.price,
        discount: product.listing.discount,
        currency: product.currency,
    };
    market.sales.push(Sale {
        id: SaleId::new(1),
        of,
    });
}

/// What is left, by id.
fn left(gallery: &Gallery) -> Vec<ProductId> {
    let rows = gallery.store.rows();
    rows.market.products.iter().map(|p| p.id).collect()
}

#[tokio::test]
async fn an_empty_list_is_done_at_once() {
    let gallery = gallery();
    delete(&gallery, gallery.owner, &[]).await.unwrap();
    assert!(gallery.store.take_statements().is_empty());
}

/// C8 K3
#[tokio::test]
async fn what_was_sold_is_archived_and_the_rest_goes_with_its_objects() {
    let gallery = gallery();
    let ids = put_up(&gallery, 3);
    sell(&gallery, ids[1]);
    let before = gallery.store.rows().market.clone();
    let mut doomed: Vec<String> = [0, 2]
        .into_iter()
        .flat_map(|at: usize| before.products[at].keys.all().map(str::to_owned))
        .collect();
    doomed.sort();
    delete(&gallery, gallery.owner, &texts(&ids)).await.unwrap();
    assert_eq!(left(&gallery), [ids[1]]);
    assert_eq!(gallery.doomed(), doomed);
    assert_eq!(doomed.len(), 8);
    let rows = gallery.store.rows();
    let kept = rows.market.product(ids[1]).unwrap();
    assert!(kept.listing.archived);
    assert_eq!(kept.keys, before.products[1].keys);
    assert_eq!(rows.market.sales, before.sales);
    assert!(kept.access(gallery.stranger, true).original);
}

/// C8
#[tokio::test]
async fn deleting_a_sold_image_again_changes_nothing_more() {
    let gallery = gallery();
    let ids = put_up(&gallery, 1);
    sell(&gallery, ids[0]);
    for _ in 0..2 {
        delete(&gallery, gallery.owner, &texts(&ids)).await.unwrap();
    }
    assert_eq!(left(&gallery), ids);
    assert!(gallery.doomed().is_empty());
}

#[tokio::test]
async fn repeats_count_once() {
    let gallery = gallery();
    let ids = put_up(&gallery, 100);
    let mut raw = texts(&ids);
    raw.extend(raw.clone());
    raw.extend(ids.iter().map(|id| format!("00{id}")));
    delete(&gallery, gallery.owner, &raw).await.unwrap();
    assert!(left(&gallery).is_empty());
    assert_eq!(gallery.doomed().len(), 400);
}

#[tokio::test]
async fn more_than_a_hundred_images_are_refused() {
    let gallery = gallery();
    let ids = put_up(&gallery, 101);
    match delete(&gallery, gallery.owner, &texts(&ids)).await {
        Err(ChangeError::Invalid(invalid)) => assert_eq!(invalid.field, "input"),
        other => panic!("{other:?}"),
    }
    assert_eq!(left(&gallery), ids);
    delete(&gallery, gallery.owner, &texts(&ids[1..]))
        .await
        .unwrap();
    assert_eq!(left(&gallery), ids[..1]);
}

/// Z1
#[tokio::test]
async fn one_foreign_image_spares_all() {
    let gallery = gallery();
    let mut ids = put_up(&gallery, 2);
    ids.insert(1, gallery.store.put_up(gallery.stranger, listing()));
    let answer = delete(&gallery, gallery.owner, &texts(&ids)).await;
    assert!(matches!(answer, Err(ChangeError::Forbidden)), "{answer:?}");
    let foreign = ids[1];
    gallery.store.rows().market.listing(foreign).private = true;
    for odd in [foreign.to_string(), "99".into(), "x".into()] {
        let mut raw = texts(&[ids[0], ids[2]]);
        raw.push(odd);
        let answer = delete(&gallery, gallery.owner, &raw).await;
        assert!(matches!(answer, Err(ChangeError::NotFound)), "{answer:?}");
    }
    assert_eq!(left(&gallery).len(), 3);
    assert!(gallery.doomed().is_empty());
}

/// Z7
#[tokio::test]
async fn hidden_and_missing_cost_the_same() {
    let gallery = gallery();
    let own = put_up(&gallery, 1)[0];
    let foreign = gallery.store.put_up(gallery.stranger, listing());
    gallery.store.rows().market.listing(foreign).archived = true;
    let ask = async |odd: String| {
        let answer = delete(&gallery, gallery.owner, &[own.to_string(), odd]).await;
        (
            answer.unwrap_err().to_string(),
            gallery.store.take_statements(),
        )
    };
    assert_eq!(ask(foreign.to_string()).await, ask("99".into()).await);
}

/// A buyer sees what they bought, however hidden: it is not theirs to delete.
///
/// Z1
#[tokio::test]
async fn a_hidden_purchase_is_forbidden_not_missing() {
    let gallery = gallery();
    let id = put_up(&gallery, 1)[0];
    sell(&gallery, id);
    gallery.store.rows().market.listing(id).archived = true;
    let answer = delete(&gallery, gallery.stranger, &texts(&[id])).await;
    assert!(matches!(answer, Err(ChangeError::Forbidden)), "{answer:?}");
}

/// C4 C8
#[tokio::test(start_paused = true)]
async fn a_sale_committed_first_turns_deleting_into_archiving() {
    let gallery = gallery();
    let id = put_up(&gallery, 1)[0];
    sell(&gallery, id);
    let sale = gallery.store.rows().market.sales.pop().unwrap();
    let faster = Fault::contended(|rows| rows.market.sales.push(sale));
    gallery.store.fault("products.lock", 1, faster);
    delete(&gallery, gallery.owner, &texts(&[id]))
        .await
        .unwrap();
    assert!(gallery.store.rows().market.listing(id).archived);
    assert!(gallery.doomed().is_empty());
}

/// K3
#[tokio::test]
async fn a_statement_that_fails_deletes_nothing() {
    let steps = [
        ("sales.sold", 1),
        ("products.remove", 2),
        ("outbox.add", 5),
        ("commit", 1),
    ];
    for (statement, nth) in steps {
        let gallery = gallery();
        let ids = put_up(&gallery, 2);
        let broken = Fault::Fails(StoreError::Failed("broken".into()));
        gallery.store.fault(statement, nth, broken);
        let answer = delete(&gallery, gallery.owner, &texts(&ids)).await;
        assert!(matches!(answer, Err(ChangeError::Store(_))), "{answer:?}");
        assert_eq!(left(&gallery), ids, "{statement}");
        assert!(gallery.doomed().is_empty(), "{statement}");
    }
}
