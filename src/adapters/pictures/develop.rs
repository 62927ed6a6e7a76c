//! One upload from its bytes to everything that is made of it.

use std::time::Instant;

use bytes::Bytes;
use image::DynamicImage;
use image::metadata::Orientation;

use crate::domain::embedding::Embedding;
use crate::domain::picture::PictureFacts;
use crate::observe::table;
use crate::ports::pictures::{Developed, Encoded, Examined, PictureError};
use crate::ports::vision::Embedder;

use super::PictureLimits;
use super::clean::Clean;
use super::decode::open;
use super::fingerprint::{look, sha256};
use super::renditions::{encoded, presentable, shrunk, squashed};
use super::watermark;

const PREVIEW_SIDE: u32 = 1600;
const THUMBNAIL_SIDE: u32 = 400;
/// Least side of a thumbnail: pictures of no more than this are icons, and are shown as they are.
const ICON_SIDE: u32 = 32;

/// An upload that was not refused, before anything is written.
struct Taken {
    clean: Clean,
    preview: DynamicImage,
    embedding: Embedding,
}

/// What every upload goes through, whether it is kept or only looked at.
fn take(
    file: &[u8],
    limits: &PictureLimits,
    embedder: &dyn Embedder,
) -> Result<Taken, PictureError> {
    let (clean, decoded) = step("decode", || open(file, limits))?;
    let preview = step("scale", || {
        presentable(decoded, clean.orientation, &clean.colours, PREVIEW_SIDE)
    })?;
    let rgb = step("scale", || squashed(&preview, embedder.side()))?;
    let embedding = embedded(&rgb, embedder)?;
    Ok(Taken {
        clean,
        preview,
        embedding,
    })
}

/// Does a part of the work, and keeps its time.
fn step<T>(name: &'static str, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let done = work();
    let duration = table::PICTURE_STEP.with([name]);
    duration.record(begun.elapsed());
    done
}

/// A model that fails is no fault of the picture.
pub(super) fn embedded(rgb: &[u8], embedder: &dyn Embedder) -> Result<Embedding, PictureError> {
    let embedding = step("embed", || embedder.embed(rgb));
    embedding.map_err(|error| PictureError::Failed(error.to_string()))
}

/// Looks at an upload without making anything of it, on the calling thread.
pub(super) fn examine(
    file: &[u8],
    limits: &PictureLimits,
    embedder: &dyn Embedder,
) -> Result<Examined, PictureError> {
    let taken = take(file, limits, embedder)?;
    Ok(Examined {
        embedding: taken.embedding,
        sha256: sha256(&taken.clean.bytes),
    })
}

/// A picture of any size as a model takes it: upright, `side` x `side` pixels of 3 bytes.
pub(super) fn pixels(
    file: &[u8],
    limits: &PictureLimits,
    side: u32,
) -> Result<Vec<u8>, PictureError> {
    let (clean, decoded) = step("decode", || open(file, limits))?;
    step("scale", || {
        let upright = presentable(decoded, clean.orientation, &clean.colours, PREVIEW_SIDE)?;
        squashed(&upright, side)
    })
}

/// Makes everything on the calling thread: for the pool, for benches and for fuzzing.
/// May panic where a decoder does; the pool makes a refusal of that.
pub fn develop(
    file: &[u8],
    watermark: &str,
    limits: &PictureLimits,
    embedder: &dyn Embedder,
) -> Result<Developed, PictureError> {
    let Taken {
        clean,
        preview,
        embedding,
    } = take(file, limits, embedder)?;
    let small = step("scale", || shrunk(&preview, THUMBNAIL_SIDE))?;
    let look = step("hash", || look(&small))?;
    let thumbnail = step("scale", || shrunk(&small, thumbnail_side(&clean)))?;
    let file_of = |picture: &DynamicImage| step("encode", || encoded(picture));
    let (thumbnail, plain) = (file_of(&thumbnail)?, file_of(&preview)?);
    let covered = step("watermark", || watermark::over(preview, watermark));
    let watermarked = file_of(&covered)?;
    let renditions = [&thumbnail, &plain, &watermarked];
    let made: usize = renditions.iter().map(|file| file.bytes.len()).sum();
    let sha256 = step("hash", || sha256(&clean.bytes));
    let (width, height) = displayed(&clean);
    Ok(Developed {
        facts: PictureFacts {
            width,
            height,
            format: clean.header.format,
            size: clean.bytes.len() as u64,
            renditions: made as u64,
            placeholder: look.placeholder,
            perceptual_hash: look.perceptual_hash,
            sha256,
        },
        embedding,
        original: Encoded {
            bytes: Bytes::from(clean.bytes),
            format: clean.header.format,
        },
        thumbnail,
        preview: plain,
        watermarked,
    })
}

/// At most half of the original, for a thumbnail has no watermark, and any picture may be put up for sale later.
fn thumbnail_side(clean: &Clean) -> u32 {
    let half = clean.header.width.max(clean.header.height) / 2;
    half.clamp(ICON_SIDE, THUMBNAIL_SIDE)
}

/// Quarter turns change width and height.
fn displayed(clean: &Clean) -> (u32, u32) {
    let (width, height) = (clean.header.width, clean.header.height);
    match clean.orientation {
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => (height, width),
        _ => (width, height),
    }
}
