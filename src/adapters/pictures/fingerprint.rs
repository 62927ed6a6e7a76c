//! What stands for a picture where its bytes do not: a placeholder, a hash of its look, a hash of its file.

use image::DynamicImage;
use image_hasher::{HashAlg, HasherConfig};
use sha2::{Digest, Sha256};

use crate::ports::pictures::PictureError;

use super::renditions::shrunk;

/// More does not make a better `ThumbHash`, only a slower one.
const SIDE: u32 = 100;

/// The look of a picture in a few bytes.
pub(super) struct Look {
    /// `ThumbHash`, at most 25 bytes.
    pub placeholder: Vec<u8>,
    /// Near in Hamming distance for pictures that look alike.
    pub perceptual_hash: u64,
}

/// Takes a rendition of any size, upright.
pub(super) fn look(picture: &DynamicImage) -> Result<Look, PictureError> {
    let small = shrunk(picture, SIDE)?.into_rgba8();
    let (width, height) = (small.width() as usize, small.height() as usize);
    let placeholder = thumbhash::rgba_to_thumb_hash(width, height, small.as_raw());
    Ok(Look {
        placeholder,
        perceptual_hash: perceptual_hash(small.into()),
    })
}

/// The classic pHash: which of the 64 slowest waves of brightness are above their median.
fn perceptual_hash(picture: DynamicImage) -> u64 {
    let hasher = HasherConfig::with_bytes_type::<[u8; 8]>()
        .hash_size(8, 8)
        .hash_alg(HashAlg::Median)
        .preproc_dct()
        .to_hasher();
    let grey = picture.into_luma8();
    u64::from_be_bytes(hasher.hash_image(&grey).into_inner())
}

/// Names the file by its content.
pub(super) fn sha256(file: &[u8]) -> [u8; 32] {
    Sha256::digest(file).into()
}
