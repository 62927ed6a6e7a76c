//! Tests of the whole studio; each file keeps the promises of some rows of the requirements.

mod bombs;
mod broken;
#[path = "../../../../tests/fixtures/corpus.rs"]
mod corpus;
mod faces;
mod formats;
mod metadata;
mod pixels;
mod polyglots;
mod pooled;
mod watermarks;

use std::io::Write;

use image::DynamicImage;

use crate::ports::pictures::{Developed, Encoded, PictureError, SpooledFile};

use super::{PictureLimits, develop};

fn developed(file: &[u8]) -> Result<Developed, PictureError> {
    develop(file, "Shotify · alice", &PictureLimits::default())
}

fn refused(file: &[u8]) -> bool {
    matches!(developed(file), Err(PictureError::Unsupported(_)))
}

fn too_large(file: &[u8]) -> bool {
    matches!(developed(file), Err(PictureError::TooLarge(_)))
}

fn spooled(bytes: &[u8]) -> SpooledFile {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    SpooledFile {
        file,
        size: bytes.len() as u64,
    }
}

fn opened(file: &Encoded) -> DynamicImage {
    image::load_from_memory(&file.bytes).unwrap()
}

/// Everything that could be served of an upload.
fn served(made: &Developed) -> [&Encoded; 4] {
    [
        &made.original,
        &made.thumbnail,
        &made.preview,
        &made.watermarked,
    ]
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}
