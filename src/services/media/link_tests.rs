//! Tests of links: who they work for and how long.

use std::sync::Arc;
use std::time::Duration;

use super::testing::{self, OWNER, product};
use super::*;
use crate::domain::id::ProductId;
use crate::ports::clock::Clock as _;
use crate::services::testing::FakeClock;

/// 2023-11-14 22:13:20, the fake clock's beginning, lies in the hour that begins here.
const HOUR: i64 = 1_699_999_200;

#[test]
fn links_to_public_thumbnails_and_previews_are_signed() {
    let links = testing::links(&Arc::default());
    assert_eq!(
        links.product(&product(false, false, true), Rendition::Thumbnail),
        format!(
            "https://shop.example/media/7/thumbnail?expires={}&signature={}",
            HOUR + 7200,
            testing::signature(
                LinkTarget::Product(ProductId::new(7), Rendition::Thumbnail),
                HOUR + 7200
            )
        )
    );
}

#[test]
fn everything_else_is_a_bare_path_for_entitled_sessions() {
    let links = testing::links(&Arc::default());
    let original = links.product(&product(false, false, false), Rendition::Original);
    assert_eq!(original, "https://shop.example/media/7/original");
    for (private, archived) in [(true, false), (false, true), (true, true)] {
        let hidden = links.product(&product(private, archived, true), Rendition::Preview);
        assert_eq!(hidden, "https://shop.example/media/7/preview");
    }
}

#[test]
fn a_link_is_the_same_within_the_hour_and_good_for_one_to_two() {
    let clock = Arc::new(FakeClock::default());
    let links = testing::links(&clock);
    let write = || links.product(&product(false, false, false), Rendition::Preview);
    let first = write();
    let begun = clock.now().seconds();
    clock.advance(Duration::from_secs(
        u64::try_from(HOUR + 3599 - begun).unwrap(),
    ));
    assert_eq!(write(), first);
    clock.advance(Duration::from_secs(1));
    assert_ne!(write(), first);

    let target = LinkTarget::Product(ProductId::new(7), Rendition::Preview);
    let expires = Timestamp::from_seconds(HOUR + 7200);
    let signature = testing::signature(target, HOUR + 7200);
    assert!(links.accepts(target, expires, &signature));
    clock.advance(Duration::from_secs(3599));
    assert!(links.accepts(target, expires, &signature));
    clock.advance(Duration::from_secs(1));
    assert!(!links.accepts(target, expires, &signature));
}

#[test]
fn the_link_to_an_avatar_changes_with_the_picture_and_hides_its_key() {
    let links = testing::links(&Arc::default());
    let (old, new) = (
        links.avatar(OWNER, "avatars/1.jpg"),
        links.avatar(OWNER, "avatars/2.jpg"),
    );
    assert_ne!(old, new);
    assert!(
        old.starts_with("https://shop.example/media/avatars/1?expires="),
        "{old}"
    );
    assert!(!old.contains("1.jpg"), "{old}");
}
