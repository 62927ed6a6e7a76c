//! What of a picture's own data is none of its picture: tables nobody goes by, bytes behind the last pixel.

use super::corpus::{self, SECRET};
use super::{PROGRESSIVE, RESTARTS, developed, holds, refused};

/// Foreign bytes that no marker ends.
fn foreign() -> Vec<u8> {
    SECRET.repeat(500)
}

#[track_caller]
fn kept(upload: &[u8]) -> Vec<u8> {
    developed(upload).unwrap().original.bytes.to_vec()
}

#[track_caller]
fn becomes(upload: &[u8], clean: &[u8]) {
    assert!(holds(upload, SECRET));
    let found = kept(upload);
    assert!(found == clean, "{} bytes, not {}", found.len(), clean.len());
}

fn all_jpegs() -> [Vec<u8>; 5] {
    [
        corpus::jpeg(24, 24),
        corpus::BEAR.to_vec(),
        corpus::CAT.to_vec(),
        PROGRESSIVE.to_vec(),
        RESTARTS.to_vec(),
    ]
}

/// U3
#[test]
fn bytes_behind_the_last_code_of_a_jpeg_are_dropped() {
    for plain in all_jpegs() {
        let plain = kept(&plain);
        let (picture, end) = plain.split_at(plain.len() - 2);
        becomes(&[picture, &foreign(), end].concat(), &plain);
    }
}

/// U3
#[test]
fn bytes_behind_any_scan_and_before_any_restart_are_dropped() {
    for (plain, ends) in [(PROGRESSIVE, 0xDA..=0xDA), (RESTARTS, 0xD0..=0xD7)] {
        let first = plain.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap() + 2;
        let found = plain[first..].windows(2).enumerate();
        let places = found.filter(|(_, w)| w[0] == 0xFF && ends.contains(&w[1]));
        let places: Vec<usize> = places.map(|(at, _)| first + at).collect();
        assert!(places.len() > 3);
        for at in places {
            // Behind a scan, tables come before the next one.
            let tables = plain[..at].windows(2).rposition(|w| w == [0xFF, 0xC4]);
            let at = tables
                .filter(|at| *at > first && ends.contains(&0xDA))
                .unwrap_or(at);
            becomes(&[&plain[..at], &foreign(), &plain[at..]].concat(), plain);
        }
    }
}

/// U3
#[test]
fn tables_that_no_scan_goes_by_are_dropped() {
    let table = [&[3][..], &[b'A'; 58], SECRET].concat();
    let codes = [&[0x13, 0, 0, 0, 0, 0, 0, 0, 6][..], &[0; 8], SECRET].concat();
    let unused: Vec<(u8, &[u8])> = [(0xDB, &table[..]), (0xC4, &codes[..])].repeat(300);
    for plain in all_jpegs() {
        let plain = kept(&plain);
        let upload = corpus::with_segments(&plain, &unused[..400]);
        becomes(&upload, &plain);
    }
    // One that is replaced before it is used, in one segment with others.
    let plain = kept(&corpus::jpeg(24, 24));
    let replaced = [&[0][..], &[b'A'; 58], SECRET, &table].concat();
    becomes(&corpus::with_segments(&plain, &[(0xDB, &replaced)]), &plain);
}

#[test]
fn a_jpeg_whose_codes_lead_nowhere_is_refused() {
    let plain = corpus::jpeg(24, 24);
    let codes = plain.windows(2).position(|w| w == [0xFF, 0xC4]).unwrap();
    let mut wrong = plain.clone();
    // A table that knows one code only.
    wrong[codes + 5..codes + 21]
        .copy_from_slice(&[0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11]);
    assert!(refused(&wrong));
}

fn with_pixels(png: &[u8], chunks: &[&[u8]]) -> Vec<u8> {
    let pixels: Vec<(&[u8; 4], &[u8])> = chunks.iter().map(|body| (b"IDAT", *body)).collect();
    [
        &corpus::with_chunks(&png[..33], &pixels),
        &png[png.len() - 12..],
    ]
    .concat()
}

/// The compressed pixels of a PNG that has them in one chunk.
fn pixels(png: &[u8]) -> &[u8] {
    assert_eq!(&png[37..41], b"IDAT");
    &png[41..png.len() - 16]
}

/// U3
#[test]
fn bytes_behind_the_last_pixel_of_a_png_are_dropped() {
    let plain = corpus::png(24, 24);
    let body = pixels(&plain);
    becomes(
        &with_pixels(&plain, &[&[body, &foreign()].concat()]),
        &plain,
    );
    becomes(&with_pixels(&plain, &[body, &foreign(), b"more"]), &plain);
    let (start, end) = body.split_at(20);
    let parted = with_pixels(&plain, &[start, end]);
    assert!(kept(&parted) == parted, "chunks stay as they are");
    becomes(
        &with_pixels(&plain, &[start, &[end, SECRET].concat()]),
        &parted,
    );
}

/// U3
#[test]
fn palettes_that_show_nothing_are_dropped() {
    let plain = corpus::png(24, 24);
    let palette = SECRET.repeat(100);
    becomes(&corpus::with_chunks(&plain, &[(b"PLTE", &palette)]), &plain);
    let too_long = corpus::with_chunks(&plain, &[(b"tRNS", SECRET), (b"gAMA", b"SECRETS!")]);
    // Six bytes name the colour that is clear; that they are letters does not matter.
    assert!(holds(&kept(&too_long), b"tRNS"));
    assert!(!holds(&kept(&too_long), b"gAMA"));
}

/// U3. The decoder reads a few bytes ahead.
#[test]
fn bytes_behind_the_last_code_of_a_webp_are_dropped() {
    let clear = ::webp::Encoder::from_rgba(&corpus::sticker(64), 64, 64)
        .encode(80.0)
        .to_vec();
    for (plain, kind) in [(corpus::webp(24, 24), b"VP8L"), (clear, b"ALPH")] {
        let at = plain.windows(4).position(|w| w == kind).unwrap();
        let size = u32::from_le_bytes(*plain[at + 4..].first_chunk().unwrap()) as usize;
        let (before, rest) = plain.split_at(at + 8 + size);
        let behind = &rest[size % 2..];
        let longer = u32::try_from(size + 3000).unwrap().to_le_bytes();
        let mut upload = [before, &foreign(), &rest[..size % 2], behind].concat();
        upload[at + 4..at + 8].copy_from_slice(&longer);
        let whole = u32::try_from(upload.len() - 8).unwrap().to_le_bytes();
        upload[4..8].copy_from_slice(&whole);
        let found = kept(&upload);
        assert!(
            found.len() <= plain.len() + 8,
            "{} of {}",
            found.len(),
            plain.len()
        );
        assert!(!holds(&found, &SECRET.repeat(2)));
        assert!(kept(&found) == found, "once is enough");
        assert!(kept(&plain) == plain);
    }
}

/// U3
#[test]
fn bytes_between_the_tags_of_a_profile_are_dropped() {
    for plain in [
        corpus::jpeg(24, 24),
        corpus::png(24, 24),
        corpus::webp(24, 24),
    ] {
        let sound = corpus::icc();
        let mut foreign = sound.clone();
        foreign[104..110].copy_from_slice(SECRET);
        foreign.extend_from_slice(SECRET);
        let size = u32::try_from(foreign.len()).unwrap().to_be_bytes();
        foreign[..4].copy_from_slice(&size);
        let clean = kept(&corpus::tagged(plain.clone(), 1, sound));
        assert!(kept(&corpus::tagged(plain, 1, foreign)) == clean);
    }
}
