//! Rewrites a picture's container: its pixels stay as they are to the bit, and around them only what is
//! needed to show them survives (a strict allow-list), the orientation and the ICC profile among it.
//!
//! One file a format; each reads its header without decoding (`header`) and rewrites (`clean`).

mod exif;
pub(super) mod icc;
mod jpeg;
mod jpeg_bits;
mod jpeg_frame;
mod jpeg_plan;
mod jpeg_scan;
mod jpeg_segments;
mod png;
mod png_pixels;
mod webp;

use std::ops::Range;

use image::metadata::Orientation;

use crate::domain::picture::ImageFormat;
use crate::ports::pictures::PictureError;

use super::colours::Colours;
use super::sniff::sniff;

/// What a file says of itself before anything is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// By the magic bytes.
    pub format: ImageFormat,
    /// Pixels across, as stored.
    pub width: u32,
    /// Pixels down, as stored.
    pub height: u32,
    /// Bytes a pixel that decoding takes at its peak.
    pub bytes_per_pixel: u64,
}

impl Header {
    /// Pixels in the picture.
    pub fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Bytes of memory that decoding takes at its peak, the file not counted.
    pub fn decoding_bytes(&self) -> u64 {
        self.pixels() * self.bytes_per_pixel
    }
}

/// A rewritten picture and what was read on the way.
#[derive(Debug)]
pub(super) struct Clean {
    /// What the new bytes say of themselves.
    pub header: Header,
    /// The whole new file.
    pub bytes: Vec<u8>,
    /// How the stored pixels must be turned to stand upright.
    pub orientation: Orientation,
    /// What its pixels are to be shown as.
    pub colours: Colours,
}

impl Clean {
    /// Where in the new file streams stand whose ends only their decoder knows.
    pub fn streams(&self) -> Vec<Range<usize>> {
        match self.header.format {
            ImageFormat::Webp => webp::streams(&self.bytes),
            ImageFormat::Jpeg | ImageFormat::Png => Vec::new(),
        }
    }

    /// Cuts each of these streams to what was read of it.
    pub fn cut(&mut self, read: &[usize]) -> Result<(), PictureError> {
        let streams = self.streams();
        if streams
            .iter()
            .zip(read)
            .any(|(stream, read)| stream.len() > *read)
        {
            self.bytes = webp::cut(&self.bytes, read).ok_or(broken())?;
        }
        Ok(())
    }
}

/// A file that begins like a picture and goes on like none.
pub(super) const fn broken() -> PictureError {
    PictureError::Unsupported("The picture is broken or incomplete.")
}

/// More than one frame.
const fn animated() -> PictureError {
    PictureError::Unsupported("Animated pictures are not accepted, only still ones.")
}

/// Reads the header; nothing is decoded, and nothing is allocated that the file could inflate.
pub(super) fn header(bytes: &[u8]) -> Result<Header, PictureError> {
    let header = match known(bytes)? {
        ImageFormat::Jpeg => jpeg::header(bytes),
        ImageFormat::Png => png::header(bytes),
        ImageFormat::Webp => webp::header(bytes),
    }?;
    if header.pixels() == 0 {
        Err(broken())
    } else {
        Ok(header)
    }
}

/// Rewrites the whole file.
pub(super) fn clean(bytes: &[u8]) -> Result<Clean, PictureError> {
    let header = header(bytes)?;
    match header.format {
        ImageFormat::Jpeg => jpeg::clean(bytes, header),
        ImageFormat::Png => png::clean(bytes, header),
        ImageFormat::Webp => webp::clean(bytes, header),
    }
}

fn known(bytes: &[u8]) -> Result<ImageFormat, PictureError> {
    sniff(bytes).ok_or(PictureError::Unsupported(
        "The file is not a JPEG, PNG or WebP picture.",
    ))
}
