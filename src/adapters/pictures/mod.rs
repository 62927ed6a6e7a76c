//! The picture studio on this machine's processors.
//!
//! The way of an upload: [`pool`] admits it by its header, [`clean`] rewrites its container, [`decode`] makes
//! pixels of what is left, [`renditions`] the smaller pictures, [`watermark`] covers one of them,
//! [`fingerprint`] takes the hashes. To accept one more format, add it to [`sniff`], [`clean`] and [`decode`].

mod avatar;
mod clean;
mod decode;
mod develop;
mod fingerprint;
mod pool;
mod renditions;
mod sniff;
#[cfg(test)]
mod tests;
mod watermark;

use async_trait::async_trait;

use crate::ports::pictures::{Developed, Encoded, PictureError, SpooledFile, Studio};

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
}

impl PictureStudio {
    /// A studio of its own: limits hold for each studio, so that a server needs one.
    #[must_use]
    pub fn new(limits: PictureLimits) -> Self {
        Self {
            limits,
            pool: Pool::new(limits),
        }
    }
}

#[async_trait]
impl Studio for PictureStudio {
    async fn develop(
        &self,
        upload: SpooledFile,
        watermark: String,
    ) -> Result<Developed, PictureError> {
        let limits = self.limits;
        self.pool
            .run(upload, move |file| develop(file, &watermark, &limits))
            .await
    }

    async fn avatar(&self, upload: SpooledFile) -> Result<Encoded, PictureError> {
        let limits = self.limits;
        self.pool
            .run(upload, move |file| avatar::avatar(file, &limits))
            .await
    }
}
