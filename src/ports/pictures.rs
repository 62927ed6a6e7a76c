//! The picture studio: from an uploaded file to everything the marketplace keeps of it.

use async_trait::async_trait;
use bytes::Bytes;
use thiserror::Error;

use crate::domain::embedding::{Embedding, ModelId};
use crate::domain::picture::{ImageFormat, PictureFacts};

/// An uploaded file in the spool, not yet looked at.
#[derive(Debug)]
pub struct SpooledFile {
    /// Open at its beginning; already unlinked, so that it is gone when this is dropped.
    pub file: std::fs::File,
    /// Bytes in the file.
    pub size: u64,
}

/// Bytes of one finished picture.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// The whole file.
    pub bytes: Bytes,
    /// What the bytes are.
    pub format: ImageFormat,
}

/// Everything that is made of one upload.
#[derive(Debug, Clone)]
pub struct Developed {
    /// What is kept in the product's row.
    pub facts: PictureFacts,
    /// What it looks like, by [`Studio::model`].
    pub embedding: Embedding,
    /// The upload with its pixels untouched to the bit, its container rewritten without metadata (but orientation
    /// and ICC profile) and without anything behind the picture's end.
    pub original: Encoded,
    /// Long side of at most 400 px, and of at most half the original's unless that is an icon: it has no watermark.
    pub thumbnail: Encoded,
    /// Long side of at most 1600 px.
    pub preview: Encoded,
    /// The preview under its watermark.
    pub watermarked: Encoded,
}

/// What a picture is searched by.
#[derive(Debug, Clone)]
pub struct Examined {
    /// What it looks like, by [`Studio::model`].
    pub embedding: Embedding,
    /// SHA-256 of what an upload of it would keep as its original.
    pub sha256: [u8; 32],
}

/// Why a file is refused. `Failed` alone is the server's fault.
#[derive(Debug, Error)]
pub enum PictureError {
    /// Not JPEG, PNG or WebP by its first bytes, broken, or more than one frame. The sentence is for people.
    #[error("{0}")]
    Unsupported(&'static str),
    /// More bytes, pixels or a longer side than the settings allow. The sentence is for people.
    #[error("{0}")]
    TooLarge(String),
    /// The pool's queue is full: come again later.
    #[error("too many pictures are being worked on")]
    Busy,
    /// Reading the spool or the pool itself failed.
    #[error("the picture could not be worked on: {0}")]
    Failed(String),
}

/// Works on pictures, off the async workers, on a bounded pool.
///
/// Implementations MUST decide by the file's bytes alone, MUST judge dimensions before they decode,
/// MUST bound the pixels in flight, MUST NOT keep any metadata but orientation and ICC profile, and MUST make the
/// renditions and avatars in sRGB, so that they need no profile.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Studio: Send + Sync {
    /// Makes the renditions, the facts and the clean original of one upload.
    /// `watermark` is tiled over the watermarked preview.
    async fn develop(
        &self,
        upload: SpooledFile,
        watermark: String,
    ) -> Result<Developed, PictureError>;

    /// Looks at an upload without keeping any of it; refuses what [`Studio::develop`] refuses.
    async fn examine(&self, upload: SpooledFile) -> Result<Examined, PictureError>;

    /// The embedding of a picture that was developed before, from its preview without watermark.
    async fn embed(&self, preview: &Encoded) -> Result<Embedding, PictureError>;

    /// The model that makes the embeddings.
    fn model(&self) -> ModelId;

    /// Makes a square avatar of 256 x 256 px, cut from the middle.
    async fn avatar(&self, upload: SpooledFile) -> Result<Encoded, PictureError>;
}
