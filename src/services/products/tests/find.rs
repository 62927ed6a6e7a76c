//! Single products, and batches by id.

use super::{gallery, viewer};
use crate::domain::id::ProductId;
use crate::services::products::ProductsService as _;
use crate::services::testing::listing;

/// Z1
#[tokio::test]
async fn hidden_images_are_shown_to_their_owner_alone() {
    let gallery = gallery();
    let id = gallery.store.put_up(gallery.owner, listing());
    let text = id.to_string();
    let get = async |who| {
        let found = gallery.products.get(&viewer(who), &text).await;
        found.unwrap().map(|seen| seen.product.id)
    };
    assert_eq!(get(gallery.stranger).await, Some(id));
    gallery.store.rows().market.listing(id).private = true;
    assert_eq!(get(gallery.stranger).await, None);
    assert_eq!(get(gallery.owner).await, Some(id));
}

/// Z7
#[tokio::test]
async fn a_stranger_cannot_tell_hidden_from_missing() {
    let gallery = gallery();
    let id = gallery.store.put_up(gallery.owner, listing());
    gallery.store.rows().market.listing(id).archived = true;
    let ask = async |id: &str| {
        let found = gallery.products.get(&viewer(gallery.stranger), id).await;
        (found.unwrap(), gallery.store.take_statements())
    };
    assert_eq!(ask(&id.to_string()).await, ask("99").await);
    assert_eq!(ask("x").await.0, None);
}

/// Z2
#[tokio::test]
async fn a_batch_leaves_out_what_the_viewer_may_not_see() {
    let gallery = gallery();
    let open = gallery.store.put_up(gallery.owner, listing());
    let hidden = gallery.store.put_up(gallery.owner, listing());
    gallery.store.rows().market.listing(hidden).private = true;
    let ids = [open, hidden, ProductId::new(99)];
    let ask = async |who| {
        let found = gallery.products.by_ids(&viewer(who), &ids).await.unwrap();
        found.iter().map(|seen| seen.product.id).collect::<Vec<_>>()
    };
    assert_eq!(ask(gallery.stranger).await, [open]);
    assert_eq!(ask(gallery.owner).await, [open, hidden]);
}
