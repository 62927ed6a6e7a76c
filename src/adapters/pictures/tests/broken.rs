//! Files that were cut off or damaged on their way.

use std::panic::catch_unwind;

use image::ImageFormat as Codec;

use super::{PictureError, corpus, developed, refused};

fn samples() -> Vec<Vec<u8>> {
    let lossy = webp::Encoder::from_rgb(&corpus::corners(24, 18), 24, 18)
        .encode(80.0)
        .to_vec();
    let sticker = corpus::sticker(16);
    let with_alpha = webp::Encoder::from_rgba(&sticker, 16, 16)
        .encode(80.0)
        .to_vec();
    vec![
        corpus::tagged(corpus::jpeg(24, 18), 6, corpus::icc()),
        corpus::tagged(corpus::png(24, 18), 6, corpus::icc()),
        corpus::tagged(corpus::webp(24, 18), 6, corpus::icc()),
        corpus::file(sticker, Codec::Png),
        lossy,
        with_alpha,
    ]
}

/// U7
#[test]
fn a_file_that_stops_early_is_refused() {
    for file in samples() {
        for length in (0..file.len()).step_by(7).chain([file.len() - 1]) {
            assert!(refused(&file[..length]), "{length} of {} bytes", file.len());
        }
    }
}

/// U7. A panic of a decoder counts as a refusal here as in the pool.
#[test]
fn flipped_bits_never_make_it_the_servers_fault() {
    for file in samples() {
        for place in (0..file.len()).step_by(5) {
            let mut damaged = file.clone();
            damaged[place] ^= 1 << (place % 8);
            let outcome = catch_unwind(|| developed(&damaged));
            assert!(
                !matches!(outcome, Ok(Err(PictureError::Failed(_)))),
                "byte {place}"
            );
        }
    }
}

/// U7
#[test]
fn a_photograph_without_its_second_half_is_refused() {
    assert!(refused(&corpus::CAT[..corpus::CAT.len() / 2]));
}

/// U7
#[test]
fn a_beginning_alone_is_refused() {
    let beginnings: [&[u8]; 4] = [
        b"\xFF\xD8\xFF",
        b"\xFF\xD8\xFF\xD9",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\xFF\xFF\xFF\xFFWEBP",
    ];
    assert!(beginnings.iter().all(|file| refused(file)));
}
