//! Uploads that succeed.

use std::collections::{BTreeMap, BTreeSet};

use super::{gallery, picture, pictures};
use crate::domain::label::Label;
use crate::domain::words::Word;
use crate::ports::clock::Clock as _;
use crate::ports::products::SearchWords;
use crate::services::products::NewImage;

/// K1
#[tokio::test]
async fn rows_and_objects_are_the_same_set_and_the_journal_is_closed() {
    let gallery = gallery();
    let seen = gallery.upload(pictures(5)).await.unwrap();
    let rows = gallery.store.rows().market.products.clone();
    let shown: Vec<_> = seen.into_iter().map(|seen| seen.product).collect();
    assert_eq!(shown, rows);
    let named: BTreeSet<String> = rows
        .iter()
        .flat_map(|row| row.keys.all().map(str::to_owned))
        .collect();
    assert_eq!(named.len(), 20);
    assert!(named.into_iter().eq(gallery.held()));
    assert!(gallery.journal().is_empty());
    assert!(gallery.doomed().is_empty());
}

/// K1
#[tokio::test]
async fn the_journal_is_opened_before_a_put_and_closed_in_the_unit_of_the_rows() {
    let gallery = gallery();
    gallery.upload(pictures(3)).await.unwrap();
    assert!(gallery.objects.unannounced().is_empty());
    let statements = gallery.store.take_statements();
    let opened = ["begin", "journal.open", "commit"];
    let inserted = [
        "products.add",
        "products.set_labels",
        "products.set_words",
        "embeddings.set",
        "outbox.add",
    ];
    let expected: Vec<&str> = ["users.by_ids"]
        .into_iter()
        .chain(opened.repeat(3))
        .chain(["begin", "users.lock", "products.usage"])
        .chain(inserted.repeat(3))
        .chain(["journal.close", "commit"])
        .collect();
    assert_eq!(statements, expected);
}

#[tokio::test]
async fn an_object_key_is_random_and_ends_in_the_name_of_its_rendition() {
    let gallery = gallery();
    let seen = gallery.upload(pictures(2)).await.unwrap();
    let mut secrets = BTreeSet::new();
    for keys in seen.iter().map(|seen| &seen.product.keys) {
        let names = [
            "original.png",
            "thumbnail.jpg",
            "preview.webp",
            "watermarked.jpg",
        ];
        for (key, name) in keys.all().into_iter().zip(names) {
            let (secret, rest) = key.split_once('/').unwrap();
            assert_eq!(rest, name);
            let hex = secret
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            assert!(hex && secret.len() == 32, "{key}");
            secrets.insert(secret.to_owned());
        }
    }
    assert_eq!(secrets.len(), 8);
    let types: BTreeMap<&str, usize> =
        gallery
            .objects
            .held()
            .into_values()
            .fold(BTreeMap::new(), |mut all, one| {
                *all.entry(one).or_default() += 1;
                all
            });
    let expected = [("image/jpeg", 4), ("image/png", 2), ("image/webp", 2)];
    assert!(types.into_iter().eq(expected));
}

#[tokio::test]
async fn an_image_is_as_it_was_described() {
    let gallery = gallery();
    let image = NewImage {
        title: " Café ".into(),
        labels: vec!["Sea".into(), "sea".into(), "Old Pier".into()],
        private: true,
        ..picture(42)
    };
    let seen = gallery.upload(vec![image]).await.unwrap().remove(0);
    let product = &seen.product;
    assert!(!seen.bought);
    assert_eq!(product.owner, gallery.owner);
    assert_eq!(
        (product.created, product.updated),
        (gallery.clock.now(), gallery.clock.now())
    );
    assert_eq!(product.facts.size, 42);
    assert_eq!(product.currency.as_str(), "USD");
    let listing = &product.listing;
    assert_eq!(listing.title.as_str(), "Café");
    assert!(listing.private && listing.for_sale && !listing.archived);
    assert_eq!(listing.final_price().get(), 1000);

    let market = gallery.store.rows().market.clone();
    let labels: Vec<_> = market.labels[&product.id]
        .iter()
        .map(Label::as_str)
        .collect();
    assert_eq!(labels, ["sea", "old pier"]);
    let SearchWords {
        title,
        description,
        labels,
        related,
    } = &market.words[&product.id];
    let texts = |words: &[Word]| {
        words
            .iter()
            .map(|w| w.as_str().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(title), ["cafe"]);
    assert_eq!(texts(description), ["seen", "from", "the", "pier"]);
    assert_eq!(texts(labels), ["sea", "old", "pier"]);
    assert!(related.is_empty());
}

#[tokio::test]
async fn the_watermark_names_the_seller() {
    let gallery = gallery();
    gallery.upload(pictures(1)).await.unwrap();
    assert_eq!(
        *gallery.studio.watermarks.lock().unwrap(),
        ["Shotify · owner"]
    );
}
