//! Embeddings, copies and labels of what is put up, changed and deleted.

use tokio::time::Instant;

use super::*;
use crate::domain::id::ProductId;
use crate::ports::clock::Clock as _;
use crate::ports::store::StoreError;
use crate::ports::vision::LabelError;
use crate::services::labelling::LabellingError;
use crate::services::products::{ChangeError, ImageChange, LabelImageError, SearchError};
use crate::services::similarity::SimilarError;
use crate::services::testing::{ExactIndex, Fault, labeller, labels, listing, previews};

async fn indexed(gallery: &Gallery) -> Vec<ProductId> {
    let index = &gallery.products.duplicates.similar.index;
    index.ids().await.unwrap()
}

async fn fill(gallery: &Gallery) {
    let follower = &gallery.products.duplicates.similar.follower;
    follower.reconcile().await.unwrap();
}

fn tasks(gallery: &Gallery) -> Vec<Task> {
    std::mem::take(&mut gallery.store.rows().outbox)
}

fn shown(seen: &[Seen]) -> Vec<ProductId> {
    seen.iter().map(|seen| seen.product.id).collect()
}

#[tokio::test]
async fn an_upload_is_embedded_indexed_and_compared_and_labelled_if_asked_for() {
    let gallery = gallery();
    let labelled = NewImage {
        auto_label: true,
        ..picture(20)
    };
    let seen = gallery.upload(vec![picture(10), labelled]).await.unwrap();
    let ids = shown(&seen);
    let expected = [
        Task::Compare(ids[0]),
        Task::Compare(ids[1]),
        Task::Label(ids[1]),
    ];
    assert_eq!(tasks(&gallery), expected);
    let embeddings = gallery.store.rows().market.embeddings.clone();
    for (id, size) in ids.iter().zip([10, 20]) {
        let embedding = FakeStudio::embedding(size, b"");
        assert_eq!(embeddings[id], (embedding, gallery.clock.now()));
    }
    assert_eq!(indexed(&gallery).await, ids);
}

#[tokio::test]
async fn what_did_not_commit_is_not_indexed() {
    let gallery = gallery();
    let away = Fault::Fails(StoreError::Unavailable("away".into()));
    gallery.store.fault("commit", 2, away);
    assert!(gallery.upload(pictures(1)).await.is_err());
    assert!(indexed(&gallery).await.is_empty());
}

#[tokio::test]
async fn an_upload_that_shows_what_another_member_has_put_up_is_flagged() {
    let gallery = gallery();
    fill(&gallery).await;
    let stranger = viewer(gallery.stranger);
    let first = gallery.products.upload(&stranger, pictures(1)).await;
    let first = shown(&first.unwrap())[0];
    let seen = gallery.upload(vec![picture(10)]).await.unwrap();
    let product = &seen[0].product;
    assert_eq!(product.duplicate_of, Some(first));
    assert!(!product.duplicate_told);
    let kept = gallery.store.rows().market.product(product.id).cloned();
    assert_eq!(kept.as_ref(), Some(product));
    let again = gallery.products.upload(&stranger, pictures(1)).await;
    assert_eq!(again.unwrap()[0].product.duplicate_of, None);
}

#[tokio::test(start_paused = true)]
async fn no_upload_waits_or_fails_for_want_of_an_index() {
    let mut gallery = gallery();
    let index = Arc::new(ExactIndex::default());
    gallery.products.duplicates = duplicates(gallery.store.clone(), index.clone());
    gallery.store.put_up(gallery.stranger, listing());
    let started = Instant::now();
    let seen = gallery.upload(pictures(1)).await.unwrap();
    assert_eq!(seen[0].product.duplicate_of, None);
    assert_eq!(started.elapsed().as_secs(), 0);
    fill(&gallery).await;
    *index.busy.lock().unwrap() = true;
    let seen = gallery.upload(pictures(1)).await.unwrap();
    assert_eq!(seen[0].product.duplicate_of, None);
    assert!(tasks(&gallery).contains(&Task::Compare(seen[0].product.id)));
}

#[tokio::test]
async fn what_is_deleted_leaves_the_index() {
    let gallery = gallery();
    let ids = shown(&gallery.upload(pictures(3)).await.unwrap());
    let doomed: Vec<String> = ids[..2].iter().map(ToString::to_string).collect();
    let owner = viewer(gallery.owner);
    gallery.products.delete(&owner, doomed).await.unwrap();
    assert_eq!(indexed(&gallery).await, ids[2..]);
    let (stranger, other) = (viewer(gallery.stranger), vec![ids[2].to_string()]);
    let denied = gallery.products.delete(&stranger, other).await;
    assert!(matches!(denied, Err(ChangeError::Forbidden)), "{denied:?}");
    assert_eq!(indexed(&gallery).await, ids[2..]);
}

/// Whose picture it repeats hears of it once everyone can see it, and only once.
#[tokio::test]
async fn a_copy_that_becomes_public_is_compared_again_if_its_notice_is_owed() {
    let gallery = gallery();
    let earlier = Some(ProductId::new(99));
    for (copy, told, hidden, becomes, compared) in [
        (earlier, false, true, false, true),
        (earlier, true, true, false, false),
        (None, false, true, false, false),
        (earlier, false, false, false, false),
        (earlier, false, true, true, false),
    ] {
        let id = gallery.store.put_up(gallery.owner, listing());
        {
            let mut rows = gallery.store.rows();
            rows.market.listing(id).private = hidden;
            let mut products = rows.market.products.iter_mut();
            let product = products.find(|product| product.id == id).unwrap();
            (product.duplicate_of, product.duplicate_told) = (copy, told);
        }
        let change = ImageChange {
            id: id.to_string(),
            private: Some(becomes),
            ..ImageChange::default()
        };
        let owner = viewer(gallery.owner);
        gallery.products.update(&owner, change).await.unwrap();
        let expected = compared.then_some(Task::Compare(id));
        assert_eq!(tasks(&gallery), Vec::from_iter(expected));
    }
}

#[tokio::test]
async fn a_picture_that_is_searched_by_is_refused_like_an_upload() {
    let gallery = gallery();
    let owner = viewer(gallery.owner);
    let look = gallery.products.look(&owner, picture(10).file).await;
    assert_eq!(look.unwrap().sha256, Some([1; 32]));
    let look = gallery.products.look(&owner, picture(0).file).await;
    assert!(look.is_err());
    assert!(gallery.held().is_empty() && gallery.is_empty());
}

/// Z7
#[tokio::test]
async fn nothing_is_like_a_hidden_product_or_one_that_is_not_described_yet() {
    let gallery = gallery();
    let id = gallery.store.put_up(gallery.owner, listing());
    let similar = async |who, size| {
        let viewer = viewer(who);
        gallery
            .products
            .similar(&viewer, &id.to_string(), size)
            .await
    };
    let answer = similar(gallery.owner, 5).await;
    let Err(SearchError::Similar(SimilarError::NotReady)) = answer else {
        panic!("{answer:?}")
    };
    let answer = similar(gallery.owner, 0).await;
    assert!(matches!(answer, Err(SearchError::Invalid(_))), "{answer:?}");
    gallery.store.rows().market.listing(id).private = true;
    let answer = similar(gallery.stranger, 5).await;
    assert!(matches!(answer, Err(SearchError::NotFound)), "{answer:?}");
}

/// Z1 Z7
#[tokio::test]
async fn only_its_owner_has_a_picture_labelled() {
    let mut gallery = gallery();
    let seeing = labeller(|| Ok(labels(&["dog"])));
    let objects = Arc::new(previews(None));
    gallery.products.labelling = labelling(gallery.store.clone(), objects, seeing);
    let id = gallery.store.put_up(gallery.owner, listing());
    let label = async |who, id: &str| gallery.products.label(&viewer(who), id).await;
    let text = id.to_string();
    assert_eq!(label(gallery.owner, &text).await.unwrap(), labels(&["dog"]));
    let answer = label(gallery.stranger, &text).await;
    let Err(LabelImageError::Forbidden) = answer else {
        panic!("{answer:?}")
    };
    gallery.store.rows().market.listing(id).private = true;
    for id in [&text, "99", "x"] {
        let answer = label(gallery.stranger, id).await;
        let Err(LabelImageError::NotFound) = answer else {
            panic!("{answer:?}")
        };
    }
    let gone = Fault::Meanwhile(Box::new(|rows| rows.market.products.clear()));
    gallery.store.fault("begin", 1, gone);
    let answer = label(gallery.owner, &text).await;
    let Err(LabelImageError::NotFound) = answer else {
        panic!("{answer:?}")
    };
}

#[tokio::test]
async fn what_the_labeller_says_is_passed_on() {
    let mut gallery = gallery();
    let refusing = labeller(|| Err(LabelError::Refused("no key".into())));
    let objects = Arc::new(previews(None));
    gallery.products.labelling = labelling(gallery.store.clone(), objects, refusing);
    let id = gallery.store.put_up(gallery.owner, listing()).to_string();
    let answer = gallery.products.label(&viewer(gallery.owner), &id).await;
    let Err(LabelImageError::Labelling(LabellingError::Labeller(_))) = answer else {
        panic!("{answer:?}")
    };
}
