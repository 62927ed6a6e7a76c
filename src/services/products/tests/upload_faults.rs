//! Uploads that fail half way.

use super::{gallery, picture, pictures};
use crate::domain::timestamp::Timestamp;
use crate::ports::objects::ObjectError;
use crate::ports::pictures::PictureError;
use crate::ports::store::StoreError;
use crate::services::products::UploadError;
use crate::services::testing::Fault;

fn away() -> Fault {
    Fault::Fails(StoreError::Unavailable("away".into()))
}

/// K5
#[tokio::test]
async fn one_refused_picture_of_five_leaves_nothing_of_the_others() {
    let gallery = gallery();
    let mut images = pictures(5);
    images[3] = picture(0);
    let answer = gallery.upload(images).await;
    let Err(UploadError::Picture { index, error }) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(index, 3);
    assert!(matches!(error, PictureError::Unsupported(_)), "{error}");
    assert!(gallery.is_empty());
    assert!(gallery.journal().is_empty());
    assert_eq!(gallery.held().len(), 16);
    assert_eq!(gallery.doomed(), gallery.held());
}

/// K5
#[tokio::test]
async fn of_several_refused_pictures_the_first_is_named() {
    let gallery = gallery();
    let images = vec![picture(1), picture(0), picture(0)];
    let answer = gallery.upload(images).await;
    assert!(
        matches!(answer, Err(UploadError::Picture { index: 1, .. })),
        "{answer:?}"
    );
}

/// K2
#[tokio::test]
async fn a_put_that_failed_leaves_its_notes_to_the_sweeper() {
    let gallery = gallery();
    *gallery.objects.refused.lock().unwrap() = Some("/preview");
    let answer = gallery.upload(pictures(2)).await;
    let Err(UploadError::Object(ObjectError::Unavailable(_))) = answer else {
        panic!("{answer:?}")
    };
    assert!(gallery.is_empty());
    // An order to delete could be carried out before a late put arrives, so there is none yet.
    assert!(gallery.doomed().is_empty());
    let noted = gallery.journal();
    assert_eq!(noted.len(), 8);
    assert!(gallery.held().iter().all(|key| noted.contains(key)));
}

/// K2
#[tokio::test]
async fn a_journal_that_cannot_be_opened_stops_the_upload_before_any_put() {
    for statement in ["journal.open", "commit"] {
        let gallery = gallery();
        gallery.store.fault(statement, 1, away());
        let answer = gallery.upload(pictures(1)).await;
        let Err(UploadError::Store(StoreError::Unavailable(_))) = answer else {
            panic!("{answer:?}")
        };
        assert!(gallery.held().is_empty() && gallery.is_empty());
    }
}

/// K2
#[tokio::test]
async fn a_unit_that_fails_at_any_step_is_discarded() {
    let steps = [
        ("products.usage", 1),
        ("products.add", 2),
        ("products.set_labels", 1),
        ("products.set_words", 2),
        ("embeddings.set", 2),
        ("outbox.add", 1),
        ("journal.close", 1),
        ("commit", 3),
    ];
    for (statement, nth) in steps {
        let gallery = gallery();
        gallery.store.fault(statement, nth, away());
        let answer = gallery.upload(pictures(2)).await;
        let Err(UploadError::Store(StoreError::Unavailable(_))) = answer else {
            panic!("{statement}: {answer:?}")
        };
        assert!(gallery.is_empty(), "{statement}");
        assert!(gallery.journal().is_empty(), "{statement}");
        assert_eq!(gallery.held().len(), 8, "{statement}");
        assert_eq!(gallery.doomed(), gallery.held(), "{statement}");
    }
}

/// K2
#[tokio::test]
async fn a_commit_whose_answer_was_lost_deletes_nothing() {
    let gallery = gallery();
    gallery.store.fault("commit", 3, Fault::AnswerLost);
    let answer = gallery.upload(pictures(2)).await;
    let Err(UploadError::Store(StoreError::Unavailable(_))) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(gallery.store.rows().market.products.len(), 2);
    assert_eq!(gallery.held().len(), 8);
    assert!(gallery.doomed().is_empty());
    assert!(gallery.journal().is_empty());
}

/// K2
#[tokio::test]
async fn a_discard_that_fails_leaves_the_notes_to_the_sweeper() {
    let gallery = gallery();
    gallery.store.fault("commit", 2, away());
    // The first is the unit's own.
    gallery.store.fault("outbox.add", 2, away());
    assert!(gallery.upload(pictures(1)).await.is_err());
    assert!(gallery.is_empty());
    assert!(gallery.doomed().is_empty());
    let mut noted = gallery.journal();
    noted.sort();
    assert_eq!(noted, gallery.held());
}

/// K1
#[tokio::test(start_paused = true)]
async fn an_upload_that_the_sweeper_overtook_does_not_commit() {
    let gallery = gallery();
    let sweep = Fault::contended(|rows| {
        rows.journal.remove(0);
    });
    gallery.store.fault("users.lock", 1, sweep);
    let answer = gallery.upload(pictures(1)).await;
    let Err(UploadError::Store(StoreError::Unavailable(_))) = answer else {
        panic!("{answer:?}")
    };
    assert!(gallery.is_empty());
    // The sweeper deletes what it took, and comes back for the rest.
    assert!(gallery.doomed().is_empty());
    assert_eq!(gallery.journal().len(), 3);
}

/// K1 D4
#[tokio::test(start_paused = true)]
async fn contention_is_tried_again_without_a_second_put() {
    let gallery = gallery();
    // The first commit opens the journal, the second inserts the rows.
    for nth in [1, 1, 2] {
        gallery.store.fault("commit", nth, Fault::contended(|_| ()));
    }
    gallery.upload(pictures(1)).await.unwrap();
    assert_eq!(gallery.studio.watermarks.lock().unwrap().len(), 1);
    assert_eq!(gallery.held().len(), 4);
    assert_eq!(gallery.store.rows().market.products.len(), 1);
    assert!(gallery.journal().is_empty() && gallery.doomed().is_empty());
}

/// K1
#[tokio::test]
async fn the_notes_of_a_journal_bear_the_time_of_the_upload() {
    let gallery = gallery();
    *gallery.objects.refused.lock().unwrap() = Some("original");
    assert!(gallery.upload(pictures(1)).await.is_err());
    let made = Timestamp::from_seconds(1_700_000_000);
    assert!(
        gallery
            .store
            .journal()
            .iter()
            .all(|(_, time)| *time == made)
    );
}
