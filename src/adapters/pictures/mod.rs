//! The picture studio on this machine's processors.
//!
//! The way of an upload: [`pool`] admits it by its header, [`clean`] rewrites its container, [`decode`] makes
//! pixels of what is left, [`renditions`] the smaller pictures in the [`colours`] of the screen, the embedder looks at one, [`watermark`] covers
//! it, [`fingerprint`] takes the hashes. To accept one more format, add it to [`sniff`], [`clean`] and [`decode`].

mod avatar;
mod clean;
mod colours;
mod decode;
mod develop;
mod fingerprint;
mod pool;
mod renditions;
mod sniff;
#[cfg(test)]
mod tests;
mod watched;
mod watermark;

use std::sync::Arc;

use async_trait::async_trait;

use crate::domain::embedding::{Embedding, ModelId};
use crate::ports::pictures::{Developed, Encoded, Examined, PictureError, SpooledFile, Studio};
use crate::ports::vision::Embedder;

pub use develop::develop;
use pool::Pool;

/// What a picture may be and what working on pictures may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureLimits {
    /// Most pixels of a picture.
    pub max_pixels: u64,
    /// Most pixels of its longer side.
    pub max_side: u32,
    /// Pictures worked on at the same time.
    pub workers: usize,
    /// Pictures that may wait for a worker; one more is refused as busy.
    pub queue: usize,
    /// Pixels (of 4 bytes) decoded at the same time; a picture that alone needs more works alone.
    pub pixels_in_flight: u64,
}

impl Default for PictureLimits {
    /// The limits of the rules; half the processors, so that uploads never starve queries.
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            max_pixels: 50_000_000,
            max_side: 16_384,
            workers: (processors / 2).max(1),
            queue: 64,
            pixels_in_flight: 64_000_000,
        }
    }
}

/// Works on pictures with the image crates, on threads beside the async workers.
pub struct PictureStudio {
    limits: PictureLimits,
    pool: Pool,
    embedder: Arc<dyn Embedder>,
}

impl PictureStudio {
    /// A studio of its own: limits hold for each studio, so that a server needs one.
    #[must_use]
    pub fn new(limits: PictureLimits, embedder: Arc<dyn Embedder>) -> Self {
        Self {
            limits,
            pool: Pool::new(limits),
            embedder,
        }
    }

    /// Shows a picture to a model on one of the studio's threads, within its bounds: upright, made a square of
    /// `side` x `side` pixels of 3 bytes (red, green, blue), row by row, what is transparent laid over white.
    pub async fn show<T: Send + 'static>(
        &self,
        picture: &Encoded,
        side: u32,
        look: impl FnOnce(&[u8]) -> Result<T, PictureError> + Send + 'static,
    ) -> Result<T, PictureError> {
        let limits = self.limits;
        let work = move |file: &[u8]| look(&develop::pixels(file, &limits, side)?);
        self.pool.run(picture, work).await
    }
}

#[async_trait]
impl Studio for PictureStudio {
    async fn develop(
        &self,
        upload: SpooledFile,
        watermark: String,
    ) -> Result<Developed, PictureError> {
        let (limits, embedder) = (self.limits, Arc::clone(&self.embedder));
        self.pool
            .run(upload, move |file| {
                develop(file, &watermark, &limits, embedder.as_ref())
            })
            .await
    }

    async fn examine(&self, upload: SpooledFile) -> Result<Examined, PictureError> {
        let (limits, embedder) = (self.limits, Arc::clone(&self.embedder));
        self.pool
            .run(upload, move |file| {
                develop::examine(file, &limits, embedder.as_ref())
            })
            .await
    }

    async fn embed(&self, preview: &Encoded) -> Result<Embedding, PictureError> {
        let embedder = Arc::clone(&self.embedder);
        let look = move |rgb: &[u8]| develop::embedded(rgb, embedder.as_ref());
        self.show(preview, self.embedder.side(), look).await
    }

    fn model(&self) -> ModelId {
        self.embedder.model()
    }

    async fn avatar(&self, upload: SpooledFile) -> Result<Encoded, PictureError> {
        let limits = self.limits;
        self.pool
            .run(upload, move |file| avatar::avatar(file, &limits))
            .await
    }
}
