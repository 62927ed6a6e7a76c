//! Uploads that are refused before any work, and quotas.

use std::time::Duration;

use tokio::time::timeout;

use super::{Gallery, gallery, picture, pictures};
use crate::services::products::{NewImage, UploadError, UploadLimits};
use crate::services::testing::FakeStudio;

async fn refused_field(gallery: &Gallery, images: Vec<NewImage>) -> String {
    match gallery.upload(images).await {
        Err(UploadError::Invalid(invalid)) => invalid.field,
        other => panic!("{other:?}"),
    }
}

fn untouched(gallery: &Gallery) {
    assert!(gallery.studio.watermarks.lock().unwrap().is_empty());
    assert!(gallery.held().is_empty());
    assert!(gallery.store.take_statements().is_empty());
}

/// U10
#[tokio::test]
async fn one_to_twenty_images_are_taken() {
    for count in [0, 21] {
        let gallery = gallery();
        assert_eq!(refused_field(&gallery, pictures(count)).await, "input");
        untouched(&gallery);
    }
    for count in [1, 20] {
        let gallery = gallery();
        assert_eq!(gallery.upload(pictures(count)).await.unwrap().len(), count);
    }
}

/// K5
#[tokio::test]
async fn every_input_is_judged_before_any_work() {
    let bad = [
        (
            NewImage {
                title: " ".into(),
                ..picture(1)
            },
            "title",
        ),
        (
            NewImage {
                description: "x".repeat(401),
                ..picture(1)
            },
            "description",
        ),
        (
            NewImage {
                price: 0.001,
                ..picture(1)
            },
            "price",
        ),
        (
            NewImage {
                discount_percent: 101,
                ..picture(1)
            },
            "discountPercent",
        ),
        (
            NewImage {
                labels: vec!["a".into(), "\n".into()],
                ..picture(1)
            },
            "labels.1",
        ),
    ];
    for (image, field) in bad {
        let gallery = gallery();
        let mut images = pictures(4);
        images.insert(2, image);
        assert_eq!(
            refused_field(&gallery, images).await,
            format!("input.2.{field}")
        );
        untouched(&gallery);
    }
}

fn with_limits(images: i64, bytes: i64) -> Gallery {
    let mut gallery = gallery();
    gallery.products.limits = UploadLimits {
        images,
        bytes,
        ..UploadLimits::default()
    };
    gallery
}

async fn over_quota(gallery: &Gallery, images: Vec<NewImage>) {
    let rows = gallery.store.rows().market.clone();
    let answer = gallery.upload(images).await;
    assert!(matches!(answer, Err(UploadError::Quota(_))), "{answer:?}");
    assert_eq!(gallery.store.rows().market, rows);
    assert!(gallery.journal().is_empty());
    let mut kept = gallery.held();
    let doomed = gallery.doomed();
    kept.retain(|key| !doomed.contains(key));
    let named = rows.products.iter().flat_map(|row| row.keys.all());
    let mut named: Vec<&str> = named.collect();
    named.sort_unstable();
    assert_eq!(kept, named);
}

/// U10 K2
#[tokio::test]
async fn the_quota_of_images_may_be_filled_but_not_passed() {
    let gallery = with_limits(3, i64::MAX);
    gallery.upload(pictures(1)).await.unwrap();
    over_quota(&gallery, pictures(3)).await;
    gallery.upload(pictures(2)).await.unwrap();
    over_quota(&gallery, pictures(1)).await;
}

/// U10 K2. Everything that is kept of a picture counts, not its original alone.
#[tokio::test]
async fn the_quota_of_bytes_may_be_filled_but_not_passed() {
    let made = i64::try_from(FakeStudio::RENDITIONS).unwrap();
    let gallery = with_limits(100, 100 + 3 * made);
    gallery.upload(vec![picture(60)]).await.unwrap();
    over_quota(&gallery, vec![picture(20), picture(21)]).await;
    gallery
        .upload(vec![picture(20), picture(20)])
        .await
        .unwrap();
    over_quota(&gallery, vec![picture(1)]).await;
}

/// U10
#[tokio::test]
async fn parallel_uploads_cannot_pass_the_quota_together() {
    let gallery = with_limits(2, i64::MAX);
    let uploads = (0..5).map(|_| gallery.upload(pictures(1)));
    let answers = futures::future::join_all(uploads).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 2);
    assert_eq!(gallery.store.rows().market.products.len(), 2);
}

/// L3
#[tokio::test(start_paused = true)]
async fn a_picture_is_worked_on_when_there_is_room_for_what_becomes_of_it() {
    let gallery = gallery();
    let desks = gallery.products.desks.clone();
    let all = desks.acquire_many(8).await.unwrap();
    let waiting = timeout(Duration::from_secs(1), gallery.upload(pictures(3))).await;
    assert!(waiting.is_err(), "there was no room");
    assert!(gallery.studio.watermarks.lock().unwrap().is_empty());
    drop(all);
    gallery.upload(pictures(20)).await.unwrap();
    assert_eq!(desks.available_permits(), 8);
}
