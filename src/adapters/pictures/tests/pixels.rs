//! Kinds of pixels, and what the renditions make of them.

use image::{DynamicImage, GenericImageView, ImageFormat as Codec};
use jpeg_encoder::{ColorType, Encoder};

use crate::domain::picture::ImageFormat;

use super::super::renditions::fitted;
use super::{corpus, developed, opened};

#[test]
fn renditions_fit_their_squares() {
    assert_eq!(fitted(6000, 4000, 1600), (1600, 1067));
    assert_eq!(fitted(3, 16_000, 1600), (1, 1600));
    assert_eq!(fitted(1600, 20, 1600), (1600, 20));
    let made = developed(&corpus::png(1800, 900)).unwrap();
    assert_eq!(opened(&made.preview).dimensions(), (1600, 800));
    assert_eq!(opened(&made.watermarked).dimensions(), (1600, 800));
    assert_eq!(opened(&made.thumbnail).dimensions(), (400, 200));
    assert_eq!((made.facts.width, made.facts.height), (1800, 900));
}

#[test]
fn small_pictures_are_not_enlarged() {
    for (width, height) in [(1, 1), (3, 2), (32, 32)] {
        let made = developed(&corpus::png(width, height)).unwrap();
        assert_eq!(opened(&made.preview).dimensions(), (width, height));
        assert_eq!(opened(&made.thumbnail).dimensions(), (width, height));
    }
}

/// A thumbnail has no watermark: of a picture that is for sale, it must not be the picture.
#[test]
fn a_thumbnail_has_at_most_half_the_side_of_its_picture() {
    for (own, thumbnail) in [
        ((64, 48), (32, 24)),
        ((390, 10), (195, 5)),
        ((500, 700), (250, 350)),
        ((801, 20), (400, 10)),
    ] {
        let made = developed(&corpus::png(own.0, own.1)).unwrap();
        assert_eq!(opened(&made.preview).dimensions(), own);
        assert_eq!(opened(&made.thumbnail).dimensions(), thumbnail);
    }
}

#[test]
fn every_kind_of_pixel_is_understood() {
    let colour = DynamicImage::from(corpus::corners(30, 20));
    let kinds: [DynamicImage; 8] = [
        colour.to_luma8().into(),
        colour.to_luma_alpha8().into(),
        colour.to_rgb8().into(),
        colour.to_rgba8().into(),
        colour.to_luma16().into(),
        colour.to_luma_alpha16().into(),
        colour.to_rgb16().into(),
        colour.to_rgba16().into(),
    ];
    for picture in kinds {
        let made = developed(&corpus::file(picture.clone(), Codec::Png)).unwrap();
        let (wanted, shown) = (picture.to_luma8(), opened(&made.preview).to_luma8());
        assert!(
            wanted[(5, 5)][0].abs_diff(shown[(5, 5)][0]) < 16,
            "{:?}",
            picture.color()
        );
        assert_eq!(
            made.preview.format,
            ImageFormat::Jpeg,
            "opaque pictures become JPEG"
        );
    }
}

#[test]
fn palettes_and_their_transparent_colour_are_understood() {
    // Four pixels by four, one bit each, the second colour clear.
    let header = [0, 0, 0, 4, 0, 0, 0, 4, 1, 3, 0, 0, 0];
    let rows = [
        0x78, 0x01, 0x01, 8, 0, 0xF7, 0xFF, 0, 0xA0, 0, 0x50, 0, 0xA0, 0, 0x50, 0x06, 0x68, 0x01,
        0xE1,
    ];
    let shell = corpus::png(1, 1);
    let chunks: [(&[u8; 4], &[u8]); 5] = [
        (b"IHDR", &header),
        (b"PLTE", &[255, 0, 0, 0, 0, 255]),
        (b"tRNS", &[255, 0]),
        (b"IDAT", &rows),
        (b"IEND", &[]),
    ];
    let all = corpus::with_chunks(&shell[..33], &chunks);
    let made = developed(&[&shell[..8], &all[33..]].concat()).unwrap();
    assert_eq!(made.preview.format, ImageFormat::Webp);
    assert_eq!(
        opened(&made.original).to_rgba8()[(1, 0)].0,
        [255, 0, 0, 255]
    );
}

#[test]
fn printing_colours_become_those_of_the_screen_without_their_profile() {
    let ink: Vec<u8> = [0, 200, 200, 0].repeat(32 * 32);
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 90);
    let mut profile = corpus::icc();
    profile[16..20].copy_from_slice(b"CMYK");
    encoder.add_icc_profile(&profile).unwrap();
    encoder.encode(&ink, 32, 32, ColorType::Cmyk).unwrap();
    let made = developed(&file).unwrap();
    let [red, green, blue] = opened(&made.preview).to_rgb8()[(10, 10)].0;
    assert!(red > 200 && green < 90 && blue < 90, "{red} {green} {blue}");
    assert!(super::holds(&made.original.bytes, b"CMYK"));
    assert!(!super::holds(&made.preview.bytes, b"ICC_PROFILE"));
}

#[test]
fn transparency_stays_in_all_renditions() {
    for codec in [Codec::Png, Codec::WebP] {
        let made = developed(&corpus::file(corpus::sticker(64), codec)).unwrap();
        for file in [&made.preview, &made.thumbnail, &made.watermarked] {
            assert_eq!(file.format, ImageFormat::Webp);
        }
        let shown = opened(&made.preview).to_rgba8();
        assert_eq!((shown[(0, 0)][3], shown[(32, 32)][3]), (0, 255));
    }
}

#[test]
fn alike_pictures_have_near_hashes_and_others_far_ones() {
    let hash = |file: &[u8]| developed(file).unwrap().facts;
    let cat = hash(corpus::CAT);
    let smaller = image::load_from_memory(corpus::CAT)
        .unwrap()
        .thumbnail(300, 300);
    let smaller = hash(&corpus::file(smaller, Codec::Png));
    let sea = hash(corpus::SEA);
    let distance = |other: u64| (cat.perceptual_hash ^ other).count_ones();
    assert!(
        distance(smaller.perceptual_hash) <= 4,
        "{}",
        distance(smaller.perceptual_hash)
    );
    assert!(
        distance(sea.perceptual_hash) >= 16,
        "{}",
        distance(sea.perceptual_hash)
    );
    assert!((5..=25).contains(&cat.placeholder.len()));
    assert_ne!(cat.sha256, smaller.sha256);
}
