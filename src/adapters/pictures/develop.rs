//! One upload from its bytes to everything that is made of it.

use bytes::Bytes;
use image::metadata::Orientation;

use crate::domain::picture::PictureFacts;
use crate::ports::pictures::{Developed, Encoded, PictureError};

use super::PictureLimits;
use super::clean::Clean;
use super::decode::open;
use super::fingerprint::{look, sha256};
use super::renditions::{encoded, presentable, shrunk};
use super::watermark;

const PREVIEW_SIDE: u32 = 1600;
const THUMBNAIL_SIDE: u32 = 400;

/// Makes everything on the calling thread: for the pool, for benches and for fuzzing.
/// May panic where a decoder does; the pool makes a refusal of that.
pub fn develop(
    file: &[u8],
    watermark: &str,
    limits: &PictureLimits,
) -> Result<Developed, PictureError> {
    let (clean, decoded) = open(file, limits)?;
    let preview = presentable(decoded, clean.orientation, PREVIEW_SIDE)?;
    let thumbnail = shrunk(&preview, THUMBNAIL_SIDE)?;
    let profile = clean.icc.as_deref();
    let look = look(&thumbnail)?;
    let made = (encoded(&thumbnail, profile)?, encoded(&preview, profile)?);
    let watermarked = encoded(&watermark::over(preview, watermark), profile)?;
    let (width, height) = displayed(&clean);
    Ok(Developed {
        facts: PictureFacts {
            width,
            height,
            format: clean.header.format,
            size: clean.bytes.len() as u64,
            placeholder: look.placeholder,
            perceptual_hash: look.perceptual_hash,
            sha256: sha256(&clean.bytes),
        },
        original: Encoded {
            bytes: Bytes::from(clean.bytes),
            format: clean.header.format,
        },
        thumbnail: made.0,
        preview: made.1,
        watermarked,
    })
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
