//! Changing a product.

use std::time::Duration;

use super::{Gallery, gallery, viewer};
use crate::domain::id::{ProductId, UserId};
use crate::domain::label::Label;
use crate::domain::money::{Cents, Percent};
use crate::domain::product::{Listing, Seen};
use crate::domain::text::{Description, Title};
use crate::domain::timestamp::Timestamp;
use crate::ports::clock::Clock as _;
use crate::ports::store::StoreError;
use crate::services::products::{ChangeError, ImageChange, ProductsService as _};
use crate::services::testing::{Fault, listing};

async fn update(
    gallery: &Gallery,
    who: UserId,
    id: &str,
    change: ImageChange,
) -> Result<Seen, ChangeError> {
    let id = id.to_owned();
    let change = ImageChange { id, ..change };
    gallery.products.update(&viewer(who), change).await
}

fn put_up(gallery: &Gallery) -> ProductId {
    let id = gallery.store.put_up(gallery.owner, listing());
    let labels = Label::parse_all(&["sea", "pier"]).unwrap();
    gallery.store.rows().market.labels.insert(id, labels);
    id
}

type Case = (fn(&mut ImageChange), fn(&mut Listing));

/// Changes of one field each, and what they do to a listing.
const SINGLE_CHANGES: [Case; 8] = [
    (|_| (), |_| ()),
    (
        |change| change.title = Some(" Tide ".into()),
        |listing| listing.title = Title::parse("Tide").unwrap(),
    ),
    (
        |change| change.description = Some(String::new()),
        |listing| listing.description = Description::parse("").unwrap(),
    ),
    (
        |change| change.private = Some(true),
        |listing| listing.private = true,
    ),
    (
        |change| change.for_sale = Some(false),
        |listing| listing.for_sale = false,
    ),
    (
        |change| change.archived = Some(true),
        |listing| listing.archived = true,
    ),
    (
        |change| change.price = Some(0.29),
        |listing| listing.price = Cents::from_stored(29),
    ),
    (
        |change| change.discount_percent = Some(0),
        |listing| listing.discount = Percent::from_stored(0),
    ),
];

#[tokio::test]
async fn only_what_is_sent_changes() {
    for (send, expect) in SINGLE_CHANGES {
        let mut change = ImageChange::default();
        send(&mut change);
        let gallery = gallery();
        let id = put_up(&gallery);
        gallery.clock.advance(Duration::from_secs(5));
        let before = gallery.store.rows().market.clone();
        let mut expected = before.product(id).unwrap().clone();
        expect(&mut expected.listing);
        expected.updated = gallery.clock.now();
        let seen = update(&gallery, gallery.owner, &id.to_string(), change.clone())
            .await
            .unwrap();
        assert_eq!(seen.product, expected, "{change:?}");
        let after = &gallery.store.rows().market;
        assert_eq!(after.products, [expected], "{change:?}");
        assert_eq!(after.labels, before.labels);
    }
}

#[tokio::test]
async fn words_are_rewritten_exactly_when_a_text_changes() {
    let none = ImageChange::default;
    let cases = [
        (
            ImageChange {
                title: Some("Tide".into()),
                ..none()
            },
            true,
        ),
        (
            ImageChange {
                description: Some("Low".into()),
                ..none()
            },
            true,
        ),
        (
            ImageChange {
                labels: Some(Vec::new()),
                ..none()
            },
            true,
        ),
        (
            ImageChange {
                price: Some(1.0),
                private: Some(true),
                ..none()
            },
            false,
        ),
        (
            ImageChange {
                archived: Some(true),
                for_sale: Some(false),
                ..none()
            },
            false,
        ),
        (none(), false),
    ];
    for (change, rewritten) in cases {
        let gallery = gallery();
        let id = put_up(&gallery).to_string();
        update(&gallery, gallery.owner, &id, change.clone())
            .await
            .unwrap();
        let statements = gallery.store.take_statements();
        assert_eq!(
            statements.contains(&"products.set_words"),
            rewritten,
            "{change:?}"
        );
        let relabelled = statements.contains(&"products.set_labels");
        assert_eq!(relabelled, change.labels.is_some(), "{change:?}");
    }
}

#[tokio::test]
async fn words_hold_what_was_sent_and_what_stayed() {
    let gallery = gallery();
    let id = put_up(&gallery);
    let words = |gallery: &Gallery| {
        let words = gallery.store.rows().market.words[&id].clone();
        let all = words.title.into_iter().chain(words.labels);
        all.map(|word| word.as_str().to_owned()).collect::<Vec<_>>()
    };
    let title = ImageChange {
        title: Some("Low tide".into()),
        ..ImageChange::default()
    };
    update(&gallery, gallery.owner, &id.to_string(), title)
        .await
        .unwrap();
    assert_eq!(words(&gallery), ["low", "tide", "sea", "pier"]);
    let labels = Some(vec!["Fog".into(), "fog".into()]);
    let labels = ImageChange {
        labels,
        ..ImageChange::default()
    };
    update(&gallery, gallery.owner, &id.to_string(), labels)
        .await
        .unwrap();
    assert_eq!(words(&gallery), ["low", "tide", "fog"]);
    assert_eq!(
        gallery.store.rows().market.labels[&id],
        Label::parse_all(&["fog"]).unwrap()
    );
}

#[tokio::test]
async fn a_refused_input_is_named_and_nothing_is_asked() {
    let none = ImageChange::default;
    let cases = [
        (
            ImageChange {
                title: Some(String::new()),
                ..none()
            },
            "input.title",
        ),
        (
            ImageChange {
                description: Some("x".repeat(401)),
                ..none()
            },
            "input.description",
        ),
        (
            ImageChange {
                labels: Some(vec![String::new()]),
                ..none()
            },
            "input.labels.0",
        ),
        (
            ImageChange {
                price: Some(-1.0),
                ..none()
            },
            "input.price",
        ),
        (
            ImageChange {
                discount_percent: Some(-1),
                ..none()
            },
            "input.discountPercent",
        ),
    ];
    for (change, field) in cases {
        let gallery = gallery();
        match update(&gallery, gallery.stranger, "x", change).await {
            Err(ChangeError::Invalid(invalid)) => assert_eq!(invalid.field, field),
            other => panic!("{other:?}"),
        }
        assert!(gallery.store.take_statements().is_empty());
    }
}

/// Z1
#[tokio::test]
async fn anothers_image_that_one_may_see_is_forbidden() {
    let gallery = gallery();
    let id = put_up(&gallery);
    let before = gallery.store.rows().market.clone();
    let change = ImageChange {
        price: Some(0.0),
        ..ImageChange::default()
    };
    let answer = update(&gallery, gallery.stranger, &id.to_string(), change).await;
    assert!(matches!(answer, Err(ChangeError::Forbidden)), "{answer:?}");
    assert_eq!(gallery.store.rows().market, before);
}

/// Z7
#[tokio::test]
async fn a_stranger_cannot_tell_hidden_from_missing() {
    let gallery = gallery();
    let id = put_up(&gallery);
    let ask = async |id: String| {
        let answer = update(&gallery, gallery.stranger, &id, ImageChange::default()).await;
        (
            answer.unwrap_err().to_string(),
            gallery.store.take_statements(),
        )
    };
    let missing = ask("99".into()).await;
    assert_eq!(missing.0, ChangeError::NotFound.to_string());
    for (private, archived) in [(true, false), (false, true), (true, true)] {
        let mut changed = listing();
        (changed.private, changed.archived) = (private, archived);
        *gallery.store.rows().market.listing(id) = changed;
        assert_eq!(ask(id.to_string()).await, missing);
    }
    assert_eq!(ask("x".into()).await.0, missing.0);
}

/// D4
#[tokio::test(start_paused = true)]
async fn contention_is_tried_again_over_what_was_committed_meanwhile() {
    let gallery = gallery();
    let id = put_up(&gallery);
    let faster = Fault::contended(move |rows| rows.market.listing(id).private = true);
    gallery.store.fault("products.update", 1, faster);
    let change = ImageChange {
        price: Some(2.0),
        ..ImageChange::default()
    };
    let seen = update(&gallery, gallery.owner, &id.to_string(), change)
        .await
        .unwrap();
    assert!(seen.product.listing.private);
    assert_eq!(seen.product.listing.price.get(), 200);
}

#[tokio::test]
async fn a_statement_that_fails_changes_nothing() {
    let steps = [
        "products.update",
        "products.set_labels",
        "products.labels",
        "products.set_words",
        "commit",
    ];
    for statement in steps {
        let gallery = gallery();
        let id = put_up(&gallery);
        let before = gallery.store.rows().market.clone();
        let broken = Fault::Fails(StoreError::Failed("broken".into()));
        gallery.store.fault(statement, 1, broken);
        let change = ImageChange {
            price: Some(2.0),
            labels: Some(vec!["fog".into()]),
            ..ImageChange::default()
        };
        let answer = update(&gallery, gallery.owner, &id.to_string(), change).await;
        assert!(matches!(answer, Err(ChangeError::Store(_))), "{answer:?}");
        assert_eq!(gallery.store.rows().market, before, "{statement}");
    }
}

/// The time of a change is taken under the lock: of two changes the later one bears the later time.
#[tokio::test(start_paused = true)]
async fn the_time_of_a_change_is_that_of_its_last_attempt() {
    let gallery = gallery();
    let id = put_up(&gallery);
    let clock = gallery.clock.clone();
    let slow = Fault::contended(move |_| clock.advance(Duration::from_secs(9)));
    gallery.store.fault("products.lock", 1, slow);
    let answer = update(
        &gallery,
        gallery.owner,
        &id.to_string(),
        ImageChange::default(),
    )
    .await;
    let expected = Timestamp::from_seconds(1_700_000_009);
    assert_eq!(answer.unwrap().product.updated, expected);
}
