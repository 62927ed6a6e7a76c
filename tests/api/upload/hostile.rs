//! Files that someone with bad intentions would upload.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{assert_empty, bytes, holds, studio, titled};
use crate::corpus::{self, SECRET};
use crate::support::{Client, Server};

/// U2, and U1: what the name and the type claim does not help.
#[tokio::test]
async fn other_formats_are_refused_whatever_they_are_called() {
    let (server, member) = studio(&[]).await;
    let others: [&[u8]; 12] = [
        b"GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
        b"GIF89a/*\0\0*/=1;alert('SECRET')",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg>&x;</svg>",
        b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0",
        b"II*\0\x08\0\0\0",
        b"MM\0*\0\0\0\x08",
        b"\0\0\x01\0\x01\0\x01\x01",
        b"%PDF-1.7\n",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1",
        b"",
        b"\xFF\xD8\xFF",
    ];
    for file in others {
        let answer = member.upload(titled("x"), file.to_vec()).await;
        let at = String::from_utf8_lossy(file);
        assert_eq!(answer.code(), "UNSUPPORTED_IMAGE", "{at}");
        assert_eq!(answer.field(), "input.0.file", "{at}");
        assert_eq!(answer.error()["extensions"]["status"], 415);
    }
    assert_empty(&server, &member).await;
}

/// U1
#[tokio::test]
async fn the_first_bytes_say_what_a_file_is() {
    let (_server, member) = studio(&[]).await;
    for (file, format, media_type) in [
        (corpus::png(12, 8), "PNG", "image/png"),
        (corpus::webp(12, 8), "WEBP", "image/webp"),
        (corpus::jpeg(12, 8), "JPEG", "image/jpeg"),
    ] {
        // The helper calls every file picture.jpg.
        let answer = member.upload(titled("x"), file).await;
        let image = &answer.data()["uploadImages"][0];
        assert_eq!(image["format"], format);
        let original = member.get(image["originalUrl"].as_str().unwrap()).await;
        assert_eq!(original.headers()["content-type"], media_type);
    }
}

/// Puts a file up and looks for the secret in whatever is kept and served of it.
async fn only_the_picture_is_left(server: &Server, member: &Client, file: Vec<u8>) {
    assert!(holds(&file, SECRET));
    let answer = member.upload(titled("x"), file).await;
    let image = &answer.data()["uploadImages"][0];
    for link in ["originalUrl", "previewUrl", "thumbnailUrl"] {
        let served = bytes(member, image[link].as_str().unwrap()).await;
        assert!(!holds(&served, SECRET), "{link}");
        assert!(image::load_from_memory(&served).is_ok(), "{link}");
    }
    for path in server.objects() {
        assert!(!holds(&std::fs::read(path).unwrap(), SECRET));
    }
}

/// U3
#[tokio::test]
async fn the_foreign_half_of_a_polyglot_is_gone() {
    let (server, member) = studio(&[]).await;
    let zip: &[u8] = b"PK\x03\x04SECRET.html<script>SECRET</script>PK\x05\x06";
    let html: &[u8] = b"<html><script>alert('SECRET')</script></html>";
    let script: &[u8] = b"*/=1;alert('SECRET')";
    let (jpeg, png, webp) = (
        corpus::jpeg(24, 24),
        corpus::png(24, 24),
        corpus::webp(24, 24),
    );
    let canvas = [0x04, b'S', b'E', b'C', 23, 0, 0, 23, 0, 0];
    let chunks: [(&[u8; 4], &[u8]); 4] = [
        (b"VP8X", &canvas),
        (b"VP8L", &webp[20..]),
        (b"XMP ", html),
        (b"JUNK", zip),
    ];
    for file in [
        [&jpeg, zip].concat(),
        [&png, html].concat(),
        [&webp, zip].concat(),
        corpus::with_segments(
            &jpeg,
            &[(0xFE, script), (0xEB, zip), (0xE2, b"MPF\0SECRET")],
        ),
        corpus::with_chunks(
            &png,
            &[
                (b"tEXt", b"Comment\0SECRET"),
                (b"zzZz", zip),
                (b"iTXt", b"XML\0\0\0\0\0SECRET"),
            ],
        ),
        corpus::riff(&chunks),
    ] {
        only_the_picture_is_left(&server, &member, file).await;
    }
}

/// U6
#[tokio::test]
async fn moving_pictures_are_refused() {
    let (server, member) = studio(&[]).await;
    let frame = corpus::webp(8, 8);
    let canvas = [0x02, 0, 0, 0, 7, 0, 0, 7, 0, 0];
    let still = corpus::png(8, 8);
    for file in [
        corpus::with_chunks(&still, &[(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0])]),
        corpus::with_chunks(&still, &[(b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0])]),
        corpus::riff(&[
            (b"VP8X", &canvas),
            (b"ANIM", &[0; 6]),
            (b"ANMF", &frame[12..]),
        ]),
        corpus::riff(&[(b"VP8X", &canvas), (b"VP8L", &frame[20..])]),
    ] {
        let answer = member.upload(titled("x"), file).await;
        assert_eq!(answer.code(), "UNSUPPORTED_IMAGE");
    }
    assert_empty(&server, &member).await;
}

/// U4, U5
#[tokio::test]
async fn bombs_are_refused_fast_and_without_memory() {
    let (server, member) = studio(&[]).await;
    // What decoding takes for the first time is not the bombs'.
    let warm = member.put_up(titled("x"), corpus::CAT.to_vec()).await;
    member.delete(&[&warm]).await.data();
    let zeros = corpus::compressed_zeros(100 << 20);
    let profile = [b"icc\0\0", &zeros[..]].concat();
    let plain = corpus::png(16, 16);
    let pixels = corpus::with_chunks(&plain[..33], &[(b"IDAT", &zeros)]);
    let canvas = [0, 0, 0, 0, 0xFF, 0x3F, 0, 0xFF, 0x3F, 0];
    let frame = corpus::webp(8, 8);
    let bombs = [
        (corpus::lying_png(50_000, 50_000), Some("PAYLOAD_TOO_LARGE")),
        (
            corpus::lying_png(u32::MAX, u32::MAX),
            Some("PAYLOAD_TOO_LARGE"),
        ),
        (corpus::lying_png(16_385, 1), Some("PAYLOAD_TOO_LARGE")),
        (corpus::lying_png(10_000, 5_001), Some("PAYLOAD_TOO_LARGE")),
        (corpus::lying_png(7_000, 7_000), Some("UNSUPPORTED_IMAGE")),
        (
            corpus::lying_jpeg(65_535, 65_535),
            Some("PAYLOAD_TOO_LARGE"),
        ),
        (
            corpus::riff(&[(b"VP8X", &canvas), (b"VP8L", &frame[20..])]),
            None,
        ),
        (corpus::with_chunks(&plain, &[(b"iCCP", &profile)]), None),
        ([&pixels, &plain[plain.len() - 12..]].concat(), None),
    ];
    let before = server.memory_peak();
    for (number, (bomb, code)) in bombs.into_iter().enumerate() {
        let start = Instant::now();
        let answer = member.upload(titled("x"), bomb).await;
        let took = start.elapsed();
        assert!(took < Duration::from_secs(1), "bomb {number} took {took:?}");
        if let Some(code) = code {
            assert_eq!(answer.code(), code, "bomb {number}");
        }
        assert_ne!(answer.body["errors"][0]["extensions"]["code"], "INTERNAL");
    }
    let rise = server.memory_peak().saturating_sub(before);
    assert!(rise < 64 << 20, "{} MiB more", rise >> 20);
}

/// U5
#[tokio::test]
async fn the_caps_on_pixels_and_sides_are_settings_and_inclusive() {
    let (_server, member) = studio(&[("MAX_PIXELS", "1000"), ("MAX_SIDE", "100")]).await;
    for (width, height, fits) in [
        (40, 25, true),
        (100, 10, true),
        (41, 25, false),
        (101, 1, false),
        (1, 101, false),
    ] {
        let answer = member.upload(titled("x"), corpus::png(width, height)).await;
        if fits {
            answer.data();
        } else {
            assert_eq!(answer.code(), "PAYLOAD_TOO_LARGE", "{width} x {height}");
            assert_eq!(answer.field(), "input.0.file");
        }
    }
}

/// U7
#[tokio::test]
async fn torn_and_flipped_files_are_taken_or_refused_and_nothing_else() {
    let (server, member) = studio(&[]).await;
    let mut files = Vec::new();
    for plain in [
        corpus::jpeg(48, 32),
        corpus::png(48, 32),
        corpus::webp(48, 32),
    ] {
        let tagged = corpus::tagged(plain, 6, corpus::icc());
        files.extend((1..12).map(|n| tagged[..tagged.len() * n / 12].to_vec()));
        files.extend((0..25).map(|n| {
            let mut flipped = tagged.clone();
            let at = (n * 7919 + 13) % flipped.len();
            flipped[at] ^= 1 << (n % 8);
            flipped
        }));
    }
    let (mut kept, all) = (0, files.len());
    for (number, file) in files.into_iter().enumerate() {
        let answer = member.upload(titled("x"), file).await;
        if answer.body.get("errors").is_none() {
            kept += 1;
        } else {
            let code = answer.code();
            assert!(
                ["UNSUPPORTED_IMAGE", "PAYLOAD_TOO_LARGE"].contains(&code),
                "{number}: {}",
                answer.body
            );
        }
    }
    assert!(kept > 0 && kept < all, "{kept} of {all}");
    server.wait_for_objects(kept * 4).await;
    let answer = member
        .gql("{ searchImages { totalCount } }", json!(null))
        .await;
    assert_eq!(answer.data()["searchImages"]["totalCount"], kept);
    assert!(
        !server.log().iter().any(|line| line.contains("\"ERROR\"")),
        "{:?}",
        server.log()
    );
}
