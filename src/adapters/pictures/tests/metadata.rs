//! What is known about the photographer stays with the photographer.

use image::{DynamicImage, GenericImageView, ImageDecoder, ImageReader};
use std::io::Cursor;

use crate::ports::pictures::Encoded;

use super::corpus::{self, SECRET};
use super::{PROGRESSIVE, RESTARTS, developed, holds, opened, served};

fn all_formats(width: u32, height: u32) -> [Vec<u8>; 3] {
    [
        corpus::jpeg(width, height),
        corpus::png(width, height),
        corpus::webp(width, height),
    ]
}

fn profile(file: &Encoded) -> Option<Vec<u8>> {
    let reader = ImageReader::new(Cursor::new(&file.bytes))
        .with_guessed_format()
        .unwrap();
    reader.into_decoder().unwrap().icc_profile().unwrap()
}

fn exif(file: &Encoded) -> Option<Vec<u8>> {
    let reader = ImageReader::new(Cursor::new(&file.bytes))
        .with_guessed_format()
        .unwrap();
    reader.into_decoder().unwrap().exif_metadata().unwrap()
}

/// U8
#[test]
fn nothing_but_profile_and_orientation_survives() {
    for plain in all_formats(48, 32) {
        let upload = corpus::tagged(plain, 3, corpus::icc());
        assert!(holds(&upload, SECRET));
        let made = developed(&upload).unwrap();
        assert!(served(&made).iter().all(|file| !holds(&file.bytes, SECRET)));
        assert_eq!(profile(&made.original).unwrap(), corpus::icc());
        for file in [&made.preview, &made.thumbnail, &made.watermarked] {
            assert_eq!(profile(file), None, "its colours are the screen's already");
        }
        assert_eq!(exif(&made.original).map(|block| block.len()), Some(26));
        assert_eq!(exif(&made.preview), None);
    }
}

/// U8
#[test]
fn xmp_iptc_and_comments_are_stripped() {
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>SECRET</x:xmpmeta>";
    let iptc = b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x06SECRET";
    let upload = corpus::with_segments(
        &corpus::jpeg(48, 32),
        &[(0xE1, xmp), (0xED, iptc), (0xFE, SECRET)],
    );
    let made = developed(&upload).unwrap();
    assert!(served(&made).iter().all(|file| !holds(&file.bytes, SECRET)));
}

/// U8
#[test]
fn the_compressed_pixels_stay_as_they_are() {
    let plain = corpus::jpeg(48, 32);
    let scan = plain.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap();
    let kept = developed(&corpus::tagged(plain.clone(), 8, corpus::icc()))
        .unwrap()
        .original;
    assert!(kept.bytes.ends_with(&plain[scan..]));
}

/// U8
#[test]
fn a_picture_without_metadata_is_kept_byte_by_byte() {
    for plain in [
        corpus::BEAR.to_vec(),
        corpus::STATUE.to_vec(),
        PROGRESSIVE.to_vec(),
        RESTARTS.to_vec(),
        corpus::webp(9, 9),
        corpus::png(9, 9),
    ] {
        assert!(developed(&plain).unwrap().original.bytes == plain);
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

/// U8
#[test]
fn every_orientation_comes_out_upright() {
    let wanted = corpus::corners(60, 40);
    for orientation in 1..=8 {
        let upload = corpus::file(stored(orientation), image::ImageFormat::Png);
        let made = developed(&corpus::tagged(upload, orientation, corpus::icc())).unwrap();
        assert_eq!(
            (made.facts.width, made.facts.height),
            (60, 40),
            "orientation {orientation}"
        );
        assert_eq!(opened(&made.thumbnail).dimensions(), (32, 21));
        for file in [&made.preview, &made.watermarked] {
            assert_eq!(opened(file).dimensions(), (60, 40));
        }
        let preview = opened(&made.preview).into_rgb8();
        for (x, y) in [(5, 5), (55, 5), (55, 35), (5, 35)] {
            let pairs = preview[(x, y)].0.into_iter().zip(wanted[(x, y)].0);
            assert!(
                pairs.into_iter().all(|(a, b)| a.abs_diff(b) < 24),
                "orientation {orientation}"
            );
        }
    }
}
