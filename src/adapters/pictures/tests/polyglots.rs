//! Files that are also something else.

use super::corpus::{self, SECRET};
use super::{developed, holds, refused, served};

const ZIP: &[u8] = b"PK\x03\x04SECRET.html<script>SECRET</script>PK\x05\x06";

fn only_the_picture_is_left(upload: &[u8]) {
    assert!(holds(upload, SECRET));
    let made = developed(upload).unwrap();
    assert!(served(&made).iter().all(|file| !holds(&file.bytes, SECRET)));
}

/// U3
#[test]
fn nothing_behind_the_end_is_kept() {
    for picture in [
        corpus::jpeg(24, 24),
        corpus::png(24, 24),
        corpus::webp(24, 24),
    ] {
        only_the_picture_is_left(&[&picture, ZIP].concat());
    }
}

/// U3
#[test]
fn comments_and_foreign_segments_of_a_jpeg_are_dropped() {
    let exif_thumbnail = [b"JFXX\0\x10", SECRET].concat();
    let segments: [(u8, &[u8]); 4] = [
        (0xFE, b"*/=1;alert('SECRET')"),
        (0xEB, ZIP),
        (0xE0, &exif_thumbnail),
        (0xE2, b"MPF\0SECRET"),
    ];
    only_the_picture_is_left(&corpus::with_segments(&corpus::jpeg(24, 24), &segments));
}

/// U3
#[test]
fn bytes_between_the_segments_of_a_jpeg_are_dropped() {
    let plain = corpus::jpeg(24, 24);
    // The first segment is 18 bytes long.
    only_the_picture_is_left(&[&plain[..20], SECRET, &plain[20..]].concat());
}

/// U3
#[test]
fn a_table_with_room_for_more_is_refused() {
    let table = [&[0][..], &[1; 64], SECRET].concat();
    assert!(refused(&corpus::with_segments(
        &corpus::jpeg(24, 24),
        &[(0xDB, &table)]
    )));
}

/// U3
#[test]
fn foreign_chunks_of_a_png_are_dropped() {
    let chunks: [(&[u8; 4], &[u8]); 4] = [
        (b"tEXt", b"Comment\0SECRET"),
        (b"iTXt", b"XML\0\0\0\0\0SECRET"),
        (b"zzZz", ZIP),
        (b"gAMA", b"SECRET"),
    ];
    only_the_picture_is_left(&corpus::with_chunks(&corpus::png(24, 24), &chunks));
}

/// U3
#[test]
fn foreign_chunks_of_a_webp_are_dropped() {
    let frame = corpus::webp(24, 24)[20..].to_vec();
    let canvas = [0x04, b'S', b'E', b'C', 23, 0, 0, 23, 0, 0];
    let upload = corpus::riff(&[
        (b"VP8X", &canvas),
        (b"VP8L", &frame),
        (b"XMP ", b"SECRET"),
        (b"JUNK", ZIP),
    ]);
    only_the_picture_is_left(&upload);
}

/// U3
#[test]
fn a_script_that_begins_like_a_gif_is_no_picture() {
    assert!(refused(b"GIF89a/*\0\0*/=1;alert('SECRET')"));
}

#[test]
fn a_clean_file_stays_the_same_when_it_is_cleaned_again() {
    for picture in [
        corpus::jpeg(24, 24),
        corpus::png(24, 24),
        corpus::webp(24, 24),
    ] {
        let once = developed(&corpus::tagged(picture, 6, corpus::icc())).unwrap();
        let twice = developed(&once.original.bytes).unwrap();
        assert_eq!(once.original.bytes, twice.original.bytes);
        assert_eq!(once.facts, twice.facts);
    }
}
