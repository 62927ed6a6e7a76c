//! What is made of a picture.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use image::{DynamicImage, GenericImageView, ImageFormat};
use serde_json::{Value, json};

use super::{bytes, studio, titled};
use crate::corpus;
use crate::support::Client;

async fn put_up(member: &Client, input: Value, file: Vec<u8>) -> Value {
    let answer = member.upload_all(vec![(input, file)]).await;
    answer.data()["uploadImages"][0].clone()
}

async fn opened(client: &Client, image: &Value, link: &str) -> (ImageFormat, DynamicImage) {
    let file = bytes(client, image[link].as_str().unwrap()).await;
    let format = image::guess_format(&file).unwrap();
    (format, image::load_from_memory(&file).unwrap())
}

#[tokio::test]
async fn renditions_fit_their_squares_and_are_never_enlarged() {
    let (_server, member) = studio(&[]).await;
    for (width, height, preview, thumbnail) in [
        (2400, 1200, (1600, 800), (400, 200)),
        (900, 1800, (800, 1600), (200, 400)),
        (1600, 10, (1600, 10), (400, 3)),
        (390, 10, (390, 10), (195, 5)),
        (64, 48, (64, 48), (32, 24)),
        (1, 1, (1, 1), (1, 1)),
    ] {
        let image = put_up(&member, titled("x"), corpus::png(width, height)).await;
        assert_eq!(
            (&image["width"], &image["height"]),
            (&width.into(), &height.into())
        );
        for (link, size) in [
            ("previewUrl", preview),
            ("thumbnailUrl", thumbnail),
            ("originalUrl", (width, height)),
        ] {
            let (_, picture) = opened(&member, &image, link).await;
            assert_eq!(picture.dimensions(), size, "{link} of {width} x {height}");
        }
    }
}

#[tokio::test]
async fn the_original_is_the_picture_that_was_uploaded() {
    let (_server, member) = studio(&[]).await;
    for clean in [
        corpus::BEAR.to_vec(),
        corpus::STATUE.to_vec(),
        corpus::png(37, 53),
        corpus::webp(37, 53),
    ] {
        let image = put_up(&member, titled("x"), clean.clone()).await;
        assert_eq!(image["size"], clean.len());
        assert!(bytes(&member, image["originalUrl"].as_str().unwrap()).await == clean);
    }
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let upload = corpus::tagged(
            corpus::file(corpus::corners(37, 53), format),
            1,
            corpus::icc(),
        );
        let image = put_up(&member, titled("x"), upload.clone()).await;
        let (kept, picture) = opened(&member, &image, "originalUrl").await;
        assert_eq!(kept, format);
        assert_eq!(picture, image::load_from_memory(&upload).unwrap());
    }
}

fn difference(a: &DynamicImage, b: &DynamicImage) -> f64 {
    let (a, b) = (a.to_rgb8(), b.to_rgb8());
    let pairs = a.as_raw().iter().zip(b.as_raw());
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    let (sum, count) = (
        u32::try_from(sum).unwrap(),
        u32::try_from(a.as_raw().len()).unwrap(),
    );
    f64::from(sum) / f64::from(count)
}

/// U8: on light, dark and small pictures the watermark can be seen, and the plain preview is the picture alone.
#[tokio::test]
async fn a_picture_for_sale_is_shown_under_a_watermark() {
    let (server, member) = studio(&[]).await;
    let guest = server.guest();
    for file in [
        corpus::BEAR,
        corpus::SEA,
        corpus::STATUE,
        &corpus::png(120, 80),
    ] {
        let input = json!({ "title": "x", "forSale": true, "price": 5 });
        let image = put_up(&member, input, file.to_vec()).await;
        let id = image["id"].as_str().unwrap();
        let link = image["previewUrl"].as_str().unwrap();
        let marked = guest.get(link).await;
        let tag = marked.headers()["etag"].clone();
        let marked = image::load_from_memory(&marked.bytes().await.unwrap()).unwrap();
        member.change(id, json!({ "forSale": false })).await.data();
        let plain = guest.get(link).await;
        assert_ne!(plain.headers()["etag"], tag);
        let plain = image::load_from_memory(&plain.bytes().await.unwrap()).unwrap();
        let (_, original) = opened(&member, &image, "originalUrl").await;
        let original = original.resize_exact(
            plain.width(),
            plain.height(),
            image::imageops::FilterType::Triangle,
        );
        assert_eq!(marked.dimensions(), plain.dimensions());
        let (by_mark, by_coding) = (difference(&marked, &plain), difference(&plain, &original));
        assert!(by_mark > 2.0, "{by_mark}");
        assert!(by_coding < 6.0, "{by_coding}");
        member.change(id, json!({ "forSale": true })).await.data();
        assert_eq!(guest.get(link).await.headers()["etag"], tag);
    }
}

#[tokio::test]
async fn the_placeholder_is_a_small_picture_of_the_same_shape() {
    let (_server, member) = studio(&[]).await;
    for (file, ratio) in [
        (corpus::CAT, None),
        (corpus::STATUE, None),
        (&corpus::png(300, 150)[..], Some(2.0)),
    ] {
        let image = put_up(&member, titled("x"), file.to_vec()).await;
        let hash = BASE64_STANDARD
            .decode(image["placeholder"].as_str().unwrap())
            .unwrap();
        assert!((5..=25).contains(&hash.len()));
        let (width, height, pixels) = thumbhash::thumb_hash_to_rgba(&hash).unwrap();
        assert_eq!(pixels.len(), width * height * 4);
        assert!(width.max(height) == 32 && width.min(height) > 0);
        assert_eq!(
            width > height,
            image["width"].as_u64() > image["height"].as_u64()
        );
        if let Some(ratio) = ratio {
            let found = thumbhash::thumb_hash_to_approximate_aspect_ratio(&hash).unwrap();
            assert!((found - ratio).abs() < 0.4, "{found}");
        }
    }
}

#[tokio::test]
async fn transparency_stays_in_every_rendition() {
    let (_server, member) = studio(&[]).await;
    for for_sale in [false, true] {
        let file = corpus::file(corpus::sticker(500), ImageFormat::Png);
        let input = json!({ "title": "x", "forSale": for_sale });
        let image = put_up(&member, input, file).await;
        assert_eq!(image["format"], "PNG");
        for link in ["previewUrl", "thumbnailUrl"] {
            let answer = member.get(image[link].as_str().unwrap()).await;
            assert_eq!(answer.headers()["content-type"], "image/webp");
            let picture = image::load_from_memory(&answer.bytes().await.unwrap())
                .unwrap()
                .to_rgba8();
            let middle = picture.width() / 2;
            assert_eq!(picture[(0, 0)][3], 0, "{link}");
            assert_eq!(picture[(middle, middle)][3], 255, "{link}");
        }
    }
    let opaque = corpus::file(corpus::corners(60, 40), ImageFormat::Png);
    let image = put_up(&member, titled("x"), opaque).await;
    assert_eq!(
        opened(&member, &image, "previewUrl").await.0,
        ImageFormat::Jpeg
    );
}
