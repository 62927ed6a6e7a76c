//! Renditions show the colours of the file on any screen, whatever way the file has to say them.

use image::{DynamicImage, ImageFormat as Codec, Luma, Rgb, RgbImage, Rgba, RgbaImage};

use super::super::PictureLimits;
use super::super::avatar::avatar;
use super::{corpus, developed, opened};

/// Half-way grey, and a green that every space has.
const GREY: [u8; 3] = [128, 128, 128];
const GREEN: [u8; 3] = [120, 150, 110];
/// The green as a screen shows it when its numbers are of Adobe RGB: a matrix and a power, computed apart.
const ADOBE_GREEN: [u8; 3] = [105, 151, 108];

/// A sound profile by which a green of the file is greener than any of the screen.
fn wide_icc() -> Vec<u8> {
    let red = [39_960, 20_389, 1_276];
    let green = [13_453, 41_003, 3_989];
    let blue = [9_777, 4_143, 48_796];
    corpus::profile([red, green, blue], 0)
}

fn plain(colour: [u8; 3]) -> Vec<u8> {
    corpus::file(RgbImage::from_pixel(48, 48, Rgb(colour)), Codec::Png)
}

fn with(chunks: &[(&[u8; 4], &[u8])], colour: [u8; 3]) -> Vec<u8> {
    corpus::with_chunks(&plain(colour), chunks)
}

/// The middle of the preview.
fn shown(upload: &[u8]) -> [u8; 3] {
    opened(&developed(upload).unwrap().preview).to_rgb8()[(24, 24)].0
}

#[track_caller]
fn near(found: [u8; 3], wanted: [u8; 3]) {
    let far = found.iter().zip(wanted).any(|(a, b)| a.abs_diff(b) > 4);
    assert!(!far, "{found:?}, not {wanted:?}");
}

/// U8
#[test]
fn a_wide_profile_is_converted() {
    for format in [
        plain(GREEN),
        corpus::file(RgbImage::from_pixel(48, 48, Rgb(GREEN)), Codec::WebP),
    ] {
        let upload = corpus::tagged(format, 1, wide_icc());
        near(shown(&upload), ADOBE_GREEN);
        let face = avatar(&upload, &PictureLimits::default()).unwrap();
        near(opened(&face).to_rgb8()[(99, 99)].0, ADOBE_GREEN);
    }
    let same = corpus::tagged(plain(GREEN), 1, corpus::icc());
    near(shown(&same), GREEN);
}

/// U8
#[test]
fn transparency_is_not_touched_by_a_profile() {
    let clear = RgbaImage::from_pixel(48, 48, Rgba([120, 150, 110, 200]));
    let upload = corpus::tagged(corpus::file(clear, Codec::Png), 1, wide_icc());
    let found = opened(&developed(&upload).unwrap().preview).to_rgba8()[(24, 24)].0;
    near([found[0], found[1], found[2]], ADOBE_GREEN);
    assert!(found[3].abs_diff(200) <= 1, "{found:?}");
}

/// U8. A value of 0.5 to the power of 1 is 188 on a screen, to that of 1.8 it is 146; that of 2.2 is the screen's.
#[test]
fn the_gamma_of_a_png_is_obeyed() {
    for (gamma, wanted) in [(100_000_u32, 188), (55_556, 146), (45_455, 128)] {
        let chunk = gamma.to_be_bytes();
        near(shown(&with(&[(b"gAMA", &chunk)], GREY)), [wanted; 3]);
        let grey = image::GrayImage::from_pixel(48, 48, Luma([128]));
        let upload = corpus::with_chunks(&corpus::file(grey, Codec::Png), &[(b"gAMA", &chunk)]);
        near(shown(&upload), [wanted; 3]);
        let deep = DynamicImage::from(RgbImage::from_pixel(48, 48, Rgb(GREY))).into_rgb16();
        let deep = corpus::file(DynamicImage::from(deep), Codec::Png);
        near(
            shown(&corpus::with_chunks(&deep, &[(b"gAMA", &chunk)])),
            [wanted; 3],
        );
    }
    let nonsense = with(&[(b"gAMA", &[0; 4])], GREY);
    near(shown(&nonsense), GREY);
}

/// U8
#[test]
fn the_primaries_of_a_png_are_obeyed() {
    let adobe: [u32; 8] = [
        31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000,
    ];
    let places: Vec<u8> = adobe.iter().flat_map(|n| n.to_be_bytes()).collect();
    let gamma = 45_471_u32.to_be_bytes();
    let chunks: [(&[u8; 4], &[u8]); 2] = [(b"gAMA", &gamma), (b"cHRM", &places)];
    near(shown(&with(&chunks, GREEN)), ADOBE_GREEN);
    let said: [(&[u8; 4], &[u8]); 3] = [chunks[0], chunks[1], (b"sRGB", &[0])];
    near(shown(&with(&said, GREEN)), GREEN);
    near(shown(&with(&[(b"cHRM", &[0; 32])], GREEN)), GREEN);
    assert_eq!(
        developed(&with(&chunks, GREEN)).unwrap().original.bytes,
        with(&chunks, GREEN)
    );
}

/// U8. Display P3 and PQ, by their numbers; 58 % of PQ is the white of a page.
#[test]
fn coded_colours_of_a_png_are_obeyed() {
    near(
        shown(&with(&[(b"cICP", &[12, 13, 0, 1])], [100, 180, 100])),
        [65, 182, 90],
    );
    near(
        shown(&with(&[(b"cICP", &[9, 16, 0, 1])], [149; 3])),
        [255; 3],
    );
    near(
        shown(&with(&[(b"cICP", &[9, 16, 0, 1])], [255; 3])),
        [255; 3],
    );
    let dim = shown(&with(&[(b"cICP", &[9, 16, 0, 1])], [100; 3]));
    assert!((60..150).contains(&dim[0]), "{dim:?}");
    for unknown in [[2, 2, 0, 1], [1, 13, 0, 0], [99, 99, 0, 1]] {
        near(shown(&with(&[(b"cICP", &unknown)], GREEN)), GREEN);
    }
}

#[test]
fn a_profile_that_cannot_be_read_is_passed_over() {
    let mut broken = wide_icc();
    let curve = broken.windows(4).position(|w| w == b"curv").unwrap();
    broken[curve..curve + 4].copy_from_slice(b"none");
    near(shown(&corpus::tagged(plain(GREEN), 1, broken)), GREEN);
}
