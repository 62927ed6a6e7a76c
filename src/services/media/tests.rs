//! Tests of the decision: the access table on every path to a picture's bytes.

use std::sync::Arc;
use std::time::Duration;

use super::testing::{BUYER, OWNER, STRANGER, media, product, signature, user, viewer};
use super::*;
use crate::domain::id::ProductId;
use crate::domain::product::{Product, Seen};
use crate::domain::user::Role;
use crate::ports::clock::Clock as _;
use crate::services::testing::{FakeClock, FakeStore};

const STATES: [(bool, bool); 4] = [(false, false), (true, false), (false, true), (true, true)];

/// A store with one product, or none.
fn store(product: Option<Product>) -> FakeStore {
    let mut store = FakeStore::default();
    let found = product.clone();
    store.products.expect_find().returning(move |member, id| {
        let product = found.clone().filter(|product| product.id == id);
        Ok(product.map(|product| Seen {
            product,
            bought: member == BUYER,
        }))
    });
    store
        .products
        .expect_find_for_link()
        .returning(move |_| Ok(product.clone()));
    store
}

fn request(rendition: Rendition, viewer: Option<Viewer>) -> MediaRequest {
    MediaRequest {
        target: Some(LinkTarget::Product(ProductId::new(7), rendition)),
        proof: None,
        viewer,
    }
}

async fn open(product: &Product, request: MediaRequest) -> Result<MediaObject, MediaError> {
    let store = store(Some(product.clone()));
    media(store, &Arc::default()).open(request).await
}

/// The key that `member` gets, `401` or `404`.
fn told(result: &Result<MediaObject, MediaError>) -> &str {
    match result {
        Ok(object) => &object.key,
        Err(MediaError::Unauthenticated) => "401",
        Err(MediaError::NotFound) => "404",
        Err(error) => panic!("{error}"),
    }
}

/// Z1, Z6
#[tokio::test]
async fn every_cell_of_the_access_table_holds_for_bytes() {
    for (private, archived) in STATES {
        for for_sale in [true, false] {
            let product = product(private, archived, for_sale);
            let public = !private && !archived;
            for (member, mine) in [(OWNER, true), (BUYER, true), (STRANGER, false)] {
                for rendition in Rendition::ALL {
                    let entitled = match rendition {
                        Rendition::Original => mine || (public && !for_sale),
                        Rendition::Thumbnail | Rendition::Preview => mine || public,
                    };
                    let expected = match rendition {
                        _ if !entitled => "404",
                        Rendition::Original => "7/o.png",
                        Rendition::Thumbnail => "7/t.webp",
                        Rendition::Preview if for_sale => "7/w.jpg",
                        Rendition::Preview => "7/p.jpg",
                    };
                    let result = open(&product, request(rendition, Some(viewer(member)))).await;
                    assert_eq!(
                        told(&result),
                        expected,
                        "{private} {archived} {for_sale} {member} {rendition:?}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn guests_without_a_link_are_asked_to_sign_in() {
    for rendition in Rendition::ALL {
        let result = open(&product(false, false, false), request(rendition, None)).await;
        assert_eq!(told(&result), "401");
    }
    let nothing = MediaRequest {
        target: None,
        proof: None,
        viewer: None,
    };
    assert_eq!(
        told(&open(&product(false, false, false), nothing).await),
        "401"
    );
}

/// Z7
#[tokio::test]
async fn a_stranger_cannot_tell_hidden_from_missing() {
    let hidden = open(
        &product(true, false, true),
        request(Rendition::Preview, Some(viewer(STRANGER))),
    )
    .await;
    let asked = request(Rendition::Preview, Some(viewer(STRANGER)));
    let missing = media(store(None), &Arc::default()).open(asked).await;
    let nonsense = MediaRequest {
        target: None,
        proof: None,
        viewer: Some(viewer(STRANGER)),
    };
    let nonsense = open(&product(false, false, false), nonsense).await;
    assert_eq!([told(&hidden), told(&missing), told(&nonsense)], ["404"; 3]);
}

fn linked(rendition: Rendition, expires: i64, viewer: Option<Viewer>) -> MediaRequest {
    let target = LinkTarget::Product(ProductId::new(7), rendition);
    MediaRequest {
        target: Some(target),
        proof: Some(LinkProof {
            expires: Timestamp::from_seconds(expires),
            signature: signature(target, expires),
        }),
        viewer,
    }
}

#[tokio::test]
async fn a_signed_link_is_enough_for_what_is_public_now() {
    let soon = FakeClock::default().now().seconds() + 1;
    let result = open(
        &product(false, false, true),
        linked(Rendition::Preview, soon, None),
    )
    .await;
    assert_eq!(told(&result), "7/w.jpg");
    assert!(result.unwrap().by_link);
    for (private, archived) in &STATES[1..] {
        let hidden = product(*private, *archived, false);
        let result = open(&hidden, linked(Rendition::Thumbnail, soon, None)).await;
        assert_eq!(told(&result), "401", "dead as soon as it is hidden");
    }
}

#[tokio::test]
async fn no_link_is_enough_for_an_original() {
    let soon = FakeClock::default().now().seconds() + 1;
    let result = open(
        &product(false, false, false),
        linked(Rendition::Original, soon, None),
    )
    .await;
    assert_eq!(told(&result), "401");
}

#[tokio::test]
async fn a_forged_or_dead_link_falls_back_to_the_session() {
    let now = FakeClock::default().now().seconds();
    let dead = linked(Rendition::Thumbnail, now, None);
    let mut forged = linked(Rendition::Thumbnail, now + 1, None);
    forged.proof.as_mut().unwrap().signature.push('0');
    let mut moved = linked(Rendition::Preview, now + 1, None);
    moved.target = Some(LinkTarget::Product(ProductId::new(7), Rendition::Thumbnail));
    for mut request in [dead, forged, moved] {
        let product = product(false, false, true);
        assert_eq!(told(&open(&product, request.clone()).await), "401");
        request.viewer = Some(viewer(STRANGER));
        let result = open(&product, request).await;
        assert_eq!(told(&result), "7/t.webp");
        assert!(!result.unwrap().by_link);
    }
}

#[tokio::test]
async fn the_tag_changes_with_the_bytes_and_hides_the_key() {
    let preview = |for_sale| async move {
        let asked = request(Rendition::Preview, Some(viewer(OWNER)));
        open(&product(true, false, for_sale), asked).await.unwrap()
    };
    let (plain, marked) = (preview(false).await, preview(true).await);
    assert_ne!(plain.tag(), marked.tag());
    assert_eq!(plain.tag(), preview(false).await.tag());
    assert!(!plain.tag().contains(&hex::encode("p.jpg")));
    assert_eq!(plain.format, ImageFormat::Jpeg);
}

/// Decision 10: a link that needs no session is given out for renditions that everybody may see, and for nothing else.
#[tokio::test]
async fn only_public_renditions_are_fetched_elsewhere() {
    for (private, archived) in STATES {
        for rendition in Rendition::ALL {
            let product = product(private, archived, false);
            let store = store(Some(product));
            let media = media(store, &Arc::default());
            let object = media.open(request(rendition, Some(viewer(OWNER)))).await;
            let object = object.unwrap();
            let public = !private && !archived && rendition != Rendition::Original;
            let url = media.elsewhere(&object).await.unwrap();
            assert_eq!((object.public, url.is_some()), (public, public));
        }
    }
    let soon = FakeClock::default().now().seconds() + 1;
    let media = media(store(Some(product(false, false, true))), &Arc::default());
    let object = media.open(linked(Rendition::Preview, soon, None)).await;
    let url = media.elsewhere(&object.unwrap()).await.unwrap();
    let expected = "https://bytes.example/7/w.jpg?image/jpeg&60s";
    assert_eq!(url.unwrap().as_str(), expected);
}

#[tokio::test]
async fn an_object_that_is_gone_is_not_found() {
    let mut product = product(false, false, false);
    product.keys.thumbnail = "lost.jpg".to_owned();
    let asked = request(Rendition::Thumbnail, Some(viewer(OWNER)));
    let media = media(store(Some(product.clone())), &Arc::default());
    let object = media.open(asked.clone()).await.unwrap();
    let size = media.size(&object).await;
    assert!(matches!(size, Err(MediaError::NotFound)));
    product.keys.thumbnail = "7/nonsense".to_owned();
    let result = open(&product, asked).await;
    assert!(matches!(
        result,
        Err(MediaError::Object(ObjectError::Failed(_)))
    ));
}

async fn avatar(
    confirmed: bool,
    key: Option<&'static str>,
    viewer: Option<Viewer>,
    link: bool,
) -> String {
    let mut store = FakeStore::default();
    store
        .users
        .expect_by_ids()
        .returning(move |_| Ok(vec![user(confirmed, key)]));
    let clock = Arc::new(FakeClock::default());
    let expires = clock.now().plus(Duration::from_secs(1));
    let target = LinkTarget::Avatar(OWNER);
    let proof = LinkProof {
        expires,
        signature: signature(target, expires.seconds()),
    };
    let request = MediaRequest {
        target: Some(target),
        proof: link.then_some(proof),
        viewer,
    };
    let result = media(store, &clock).open(request).await;
    // Faces are not renditions of images.
    assert!(!result.as_ref().is_ok_and(|object| object.public));
    told(&result).to_owned()
}

#[tokio::test]
async fn avatars_are_for_members_and_links() {
    let face = Some("avatars/a.jpg");
    assert_eq!(avatar(true, face, None, true).await, "avatars/a.jpg");
    assert_eq!(avatar(true, face, None, false).await, "401");
    assert_eq!(
        avatar(true, face, Some(viewer(STRANGER)), false).await,
        "avatars/a.jpg"
    );
    assert_eq!(
        avatar(true, None, Some(viewer(STRANGER)), false).await,
        "404"
    );
}

#[tokio::test]
async fn the_avatar_of_an_unconfirmed_account_is_its_own_and_administrators() {
    let face = Some("avatars/a.jpg");
    let admin = Viewer {
        role: Role::Admin,
        ..viewer(STRANGER)
    };
    assert_eq!(
        avatar(false, face, Some(viewer(STRANGER)), false).await,
        "404"
    );
    assert_eq!(
        avatar(false, face, Some(viewer(OWNER)), false).await,
        "avatars/a.jpg"
    );
    assert_eq!(
        avatar(false, face, Some(admin), false).await,
        "avatars/a.jpg"
    );
}
