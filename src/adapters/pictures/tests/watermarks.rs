//! The mark over what is for sale.

use image::{DynamicImage, GrayImage, Luma, RgbImage};

use super::super::watermark::over;
use super::{corpus, developed, opened};

/// Of 8 by 8 fields over the whole picture, those in which something differs clearly.
fn marked_fields(before: &GrayImage, after: &GrayImage) -> usize {
    let (width, height) = before.dimensions();
    let mut marked = [false; 64];
    for (x, y, pixel) in before.enumerate_pixels() {
        let field = (8 * y / height) * 8 + 8 * x / width;
        marked[field as usize] |= pixel[0].abs_diff(after[(x, y)][0]) > 30;
    }
    marked.iter().filter(|field| **field).count()
}

#[test]
fn the_mark_covers_a_photograph_edge_to_edge() {
    for photo in [corpus::BEAR, corpus::SEA, corpus::STATUE] {
        let made = developed(photo).unwrap();
        let (before, after) = (
            opened(&made.preview).to_luma8(),
            opened(&made.watermarked).to_luma8(),
        );
        assert!(marked_fields(&before, &after) >= 62);
    }
}

#[test]
fn the_mark_shows_on_white_grey_and_black() {
    for tone in [0, 128, 255] {
        let plain = GrayImage::from_pixel(640, 480, Luma([tone]));
        let marked = over(plain.clone().into(), "Shotify · alice").to_luma8();
        assert!(marked_fields(&plain, &marked) >= 62, "tone {tone}");
    }
}

#[test]
fn the_picture_stays_recognisable_under_the_mark() {
    let made = developed(corpus::CAT).unwrap();
    let (before, after) = (
        opened(&made.preview).to_luma8(),
        opened(&made.watermarked).to_luma8(),
    );
    let changed = before
        .pixels()
        .zip(after.pixels())
        .filter(|(a, b)| a[0].abs_diff(b[0]) > 12)
        .count();
    assert!(
        changed * 4 < before.pixels().len(),
        "{changed} of {}",
        before.pixels().len()
    );
}

#[test]
fn a_long_name_still_fits_the_picture() {
    let plain = RgbImage::from_pixel(500, 400, image::Rgb([90, 90, 90]));
    let text = format!("Shotify · {}", "w".repeat(30));
    let marked = over(plain.clone().into(), &text).to_luma8();
    assert!(marked_fields(&DynamicImage::from(plain).to_luma8(), &marked) >= 60);
}

#[test]
fn the_smallest_picture_and_the_empty_text_do_no_harm() {
    let dot = RgbImage::from_pixel(1, 1, image::Rgb([9, 9, 9]));
    assert_eq!(over(dot.clone().into(), "Shotify · alice").width(), 1);
    assert_eq!(over(dot.clone().into(), ""), DynamicImage::from(dot));
}

#[test]
fn the_mark_covers_what_is_transparent_too() {
    let clear = image::RgbaImage::new(300, 300);
    let marked = over(clear.into(), "Shotify · alice").to_rgba8();
    assert!(marked.pixels().filter(|pixel| pixel[3] > 80).count() > 3_000);
}
