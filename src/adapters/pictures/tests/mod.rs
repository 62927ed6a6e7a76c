//! Tests of the whole studio; each file keeps the promises of some rows of the requirements.

mod bombs;
mod broken;
mod colours;
#[path = "../../../../tests/fixtures/corpus.rs"]
mod corpus;
mod embedded;
mod faces;
mod formats;
mod metadata;
mod pixels;
mod polyglots;
mod pooled;
mod remains;
mod watermarks;

use std::io::Write;

use image::DynamicImage;

use crate::domain::embedding::{Embedding, ModelId};
use crate::ports::pictures::{Developed, Encoded, PictureError, SpooledFile};
use crate::ports::vision::{EmbedError, Embedder};

use super::{PictureLimits, develop};

/// The cat in many scans, which make each other more exact, and one that starts anew every three units.
const PROGRESSIVE: &[u8] = include_bytes!("../../../../tests/fixtures/photos/cat-progressive.jpg");
const RESTARTS: &[u8] = include_bytes!("../../../../tests/fixtures/photos/cat-restarts.jpg");

/// Sees four pixels and takes them for what they are.
struct Eye;

impl Embedder for Eye {
    fn model(&self) -> ModelId {
        ModelId::new("eye")
    }
    fn side(&self) -> u32 {
        2
    }
    fn embed(&self, rgb: &[u8]) -> Result<Embedding, EmbedError> {
        assert_eq!(rgb.len(), 12);
        let values: Vec<f32> = rgb.iter().map(|byte| f32::from(*byte) + 1.0).collect();
        Embedding::new(self.model(), &values).ok_or_else(|| EmbedError("black".into()))
    }
}

fn developed(file: &[u8]) -> Result<Developed, PictureError> {
    develop(file, "Shotify · alice", &PictureLimits::default(), &Eye)
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
