//! What is known about the photographer stays with the photographer.

use std::io::Cursor;

use image::{DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageReader};
use serde_json::Value;

use super::{bytes, holds, studio, titled};
use crate::corpus::{self, SECRET};
use crate::support::Client;

const LINKS: [&str; 3] = ["originalUrl", "previewUrl", "thumbnailUrl"];

async fn put_up(member: &Client, file: Vec<u8>) -> Value {
    let answer = member.upload(titled("x"), file).await;
    answer.data()["uploadImages"][0].clone()
}

async fn served(member: &Client, image: &Value, link: &str) -> Vec<u8> {
    bytes(member, image[link].as_str().unwrap()).await
}

/// U8
#[tokio::test]
async fn nothing_but_profile_and_orientation_survives() {
    let (_server, member) = studio(&[]).await;
    for plain in [
        corpus::jpeg(48, 32),
        corpus::png(48, 32),
        corpus::webp(48, 32),
    ] {
        let file = corpus::tagged(plain, 3, corpus::icc());
        assert!(holds(&file, SECRET));
        let image = put_up(&member, file).await;
        for link in LINKS {
            let file = served(&member, &image, link).await;
            assert!(!holds(&file, SECRET), "{link}");
            let reader = ImageReader::new(Cursor::new(&file)).with_guessed_format();
            let mut decoder = reader.unwrap().into_decoder().unwrap();
            // The others are in the colours of the screen, and upright.
            let original = link == "originalUrl";
            let profile = decoder.icc_profile().unwrap();
            assert_eq!(profile, original.then(corpus::icc), "{link}");
            let exif = decoder.exif_metadata().unwrap();
            assert_eq!(exif.map(|block| block.len() < 40), original.then_some(true));
        }
    }
}

/// U8
#[tokio::test]
async fn xmp_iptc_and_comments_are_stripped() {
    let (_server, member) = studio(&[]).await;
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>SECRET</x:xmpmeta>";
    let iptc = b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x06SECRET";
    let segments: [(u8, &[u8]); 3] = [(0xE1, xmp), (0xED, iptc), (0xFE, SECRET)];
    let image = put_up(&member, corpus::with_segments(corpus::CAT, &segments)).await;
    for link in LINKS {
        assert!(
            !holds(&served(&member, &image, link).await, SECRET),
            "{link}"
        );
    }
}

/// Stored so that a viewer which obeys `orientation` shows [`corpus::corners`].
fn stored(orientation: u8) -> DynamicImage {
    let shown = DynamicImage::from(corpus::corners(60, 40));
    match orientation {
        2 => shown.fliph(),
        3 => shown.rotate180(),
        4 => shown.flipv(),
        5 => shown.rotate90().fliph(),
        6 => shown.rotate270(),
        7 => shown.rotate270().fliph(),
        8 => shown.rotate90(),
        _ => shown,
    }
}

/// As a browser shows it.
fn shown(file: &[u8]) -> DynamicImage {
    let reader = ImageReader::new(Cursor::new(file)).with_guessed_format();
    let mut decoder = reader.unwrap().into_decoder().unwrap();
    let orientation = decoder.orientation().unwrap();
    let mut picture = DynamicImage::from_decoder(decoder).unwrap();
    picture.apply_orientation(orientation);
    picture
}

/// U8
#[tokio::test]
async fn every_orientation_comes_out_upright() {
    let (_server, member) = studio(&[]).await;
    let wanted = corpus::corners(60, 40);
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        for orientation in 1..=8 {
            let file = corpus::file(stored(orientation), format);
            let image = put_up(&member, corpus::tagged(file, orientation, corpus::icc())).await;
            assert_eq!(
                (&image["width"], &image["height"]),
                (&60.into(), &40.into())
            );
            for link in LINKS {
                let picture = shown(&served(&member, &image, link).await);
                let (width, height) = match link {
                    "thumbnailUrl" => (32, 21),
                    _ => (60, 40),
                };
                let at = format!("{format:?} {orientation} {link}");
                assert_eq!(picture.dimensions(), (width, height), "{at}");
                let picture = picture.into_rgb8();
                for (x, y) in [(5, 5), (55, 5), (55, 35), (5, 35)] {
                    let found = picture[(x * width / 60, y * height / 40)].0;
                    let mut pairs = found.into_iter().zip(wanted[(x, y)].0);
                    assert!(pairs.all(|(a, b)| a.abs_diff(b) < 24), "{at}");
                }
            }
        }
    }
}
