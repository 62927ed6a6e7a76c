//! Small files that want to become large.

use std::time::{Duration, Instant};

use super::super::avatar::avatar;
use super::{Eye, PictureError, PictureLimits, corpus, develop, developed, refused, too_large};

fn at_once<T>(work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "took {:?}",
        start.elapsed()
    );
    result
}

/// U4
#[test]
fn headers_that_claim_too_much_are_refused_at_once() {
    assert!(at_once(|| too_large(&corpus::lying_png(50_000, 50_000))));
    assert!(at_once(|| too_large(&corpus::lying_png(20_000, 20_000))));
    assert!(at_once(|| too_large(&corpus::lying_png(
        u32::MAX,
        u32::MAX
    ))));
    assert!(at_once(|| too_large(&corpus::lying_jpeg(65_535, 65_535))));
}

/// U4
#[test]
fn a_png_that_cannot_hold_its_pixels_is_refused_before_decoding() {
    assert!(at_once(|| refused(&corpus::lying_png(7_000, 7_000))));
}

/// U4
#[test]
fn a_webp_whose_canvas_differs_from_its_picture_is_refused() {
    let frame = corpus::webp(8, 8)[20..].to_vec();
    let canvas = [0, 0, 0, 0, 0xFF, 0x3F, 0, 0xFF, 0x3F, 0];
    assert!(at_once(|| refused(&corpus::riff(&[
        (b"VP8X", &canvas),
        (b"VP8L", &frame)
    ]))));
}

/// U4
#[test]
fn pixels_that_inflate_beyond_the_picture_cost_nothing() {
    let pixels = corpus::compressed_zeros(32 << 20);
    let honest = corpus::png(16, 16);
    let bomb = [
        &corpus::with_chunks(&honest[..33], &[(b"IDAT", &pixels)]),
        &honest[honest.len() - 12..],
    ]
    .concat();
    // Sixteen rows of zeros would be a black picture; as soon as there are more, the file is none.
    assert!(at_once(|| refused(&bomb)));
}

/// U4
#[test]
fn a_profile_that_inflates_is_left_behind() {
    let profile = [b"icc\0\0", &corpus::compressed_zeros(32 << 20)[..]].concat();
    let bomb = corpus::with_chunks(&corpus::png(16, 16), &[(b"iCCP", &profile)]);
    let made = at_once(|| developed(&bomb)).unwrap();
    assert!(made.original.bytes.len() < 2_000);
}

/// U4
#[test]
fn a_jpeg_of_endless_scans_is_refused() {
    let plain = corpus::jpeg(64, 64);
    let scan = plain.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap();
    let end = plain.len() - 2;
    let scans = plain[scan..end].repeat(200);
    assert!(refused(&[&plain[..scan], &scans, &plain[end..]].concat()));
}

/// U4: what a profile says of itself costs nothing but the original's own bytes.
#[test]
fn renditions_are_no_larger_for_a_profile_of_megabytes() {
    let plain = corpus::icc().len();
    let profile = corpus::profile(corpus::SRGB, (4 << 20) - plain);
    let upload = corpus::tagged(corpus::png(64, 48), 1, profile);
    assert!(upload.len() < 20_000, "{}", upload.len());
    let made = developed(&upload).unwrap();
    assert!(made.original.bytes.len() < 20_000);
    for file in [&made.thumbnail, &made.preview, &made.watermarked] {
        assert!(file.bytes.len() < 4_000, "{}", file.bytes.len());
    }
    let sum = made.thumbnail.bytes.len() + made.preview.bytes.len() + made.watermarked.bytes.len();
    assert_eq!(made.facts.renditions, sum as u64);
    let face = avatar(&upload, &PictureLimits::default()).unwrap();
    assert!(face.bytes.len() < 30_000, "{}", face.bytes.len());
}

/// U5
#[test]
fn pixels_and_sides_have_their_limits() {
    let limits = PictureLimits {
        max_pixels: 1_000,
        max_side: 100,
        ..PictureLimits::default()
    };
    let with = |width, height| develop(&corpus::png(width, height), "", &limits, &Eye);
    assert!(with(40, 25).is_ok());
    assert!(with(100, 10).is_ok());
    assert!(matches!(with(41, 25), Err(PictureError::TooLarge(_))));
    assert!(matches!(with(101, 1), Err(PictureError::TooLarge(_))));
}

/// U5
#[test]
fn a_refusal_says_what_would_be_accepted() {
    let refusal = developed(&corpus::lying_png(10_000, 10_000)).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "The picture has 100 megapixels; at most 50 are accepted."
    );
    let refusal = developed(&corpus::lying_png(20_000, 1)).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "The picture's longer side has 20000 pixels; at most 16384 are accepted."
    );
}
