//! From the clean file to pixels, under limits that the header has already set.

use image::{DynamicImage, ImageDecoder, ImageFormat as Codec, ImageReader, Limits};

use crate::domain::picture::ImageFormat;
use crate::ports::pictures::PictureError;

use super::PictureLimits;
use super::clean::{Clean, Header, broken, clean, header};
use super::watched::{Marks, Watched, marks};

/// What decoders may take beside the pixels: rows, tables, a colour profile.
const SLACK: u64 = 16 << 20;

/// Refuses what the settings do not allow, before anything is decoded.
pub(super) fn judge(header: &Header, limits: &PictureLimits) -> Result<(), PictureError> {
    let side = header.width.max(header.height);
    if side > limits.max_side {
        let most = limits.max_side;
        return Err(PictureError::TooLarge(format!(
            "The picture's longer side has {side} pixels; at most {most} are accepted."
        )));
    }
    if header.pixels() > limits.max_pixels {
        let (has, most) = (
            header.pixels().div_ceil(1_000_000),
            limits.max_pixels / 1_000_000,
        );
        return Err(PictureError::TooLarge(format!(
            "The picture has {has} megapixels; at most {most} are accepted."
        )));
    }
    Ok(())
}

/// Opens an upload: judges its header, rewrites its container, decodes what is left, and leaves behind what its decoder
/// did not read.
pub(super) fn open(
    file: &[u8],
    limits: &PictureLimits,
) -> Result<(Clean, DynamicImage), PictureError> {
    judge(&header(file)?, limits)?;
    let mut clean = clean(file)?;
    let marks = marks(clean.streams());
    let picture = decode(&clean, &marks)?;
    let read: Vec<usize> = marks.iter().map(|(_, read)| read.get()).collect();
    clean.cut(&read)?;
    Ok((clean, picture))
}

/// Decodes into the picture's own kind of pixels, as stored: not yet turned upright, never copied.
fn decode(clean: &Clean, marks: &Marks) -> Result<DynamicImage, PictureError> {
    let file = Watched::new(&clean.bytes, marks);
    let mut reader = ImageReader::with_format(file, codec(clean.header.format));
    reader.limits(limits(&clean.header));
    let decoder = reader.into_decoder().map_err(|_| broken())?;
    if decoder.dimensions() != (clean.header.width, clean.header.height) {
        return Err(broken());
    }
    DynamicImage::from_decoder(decoder).map_err(|_| broken())
}

fn limits(header: &Header) -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(header.width);
    limits.max_image_height = Some(header.height);
    limits.max_alloc = Some(header.decoding_bytes() + SLACK);
    limits
}

const fn codec(format: ImageFormat) -> Codec {
    match format {
        ImageFormat::Jpeg => Codec::Jpeg,
        ImageFormat::Png => Codec::Png,
        ImageFormat::Webp => Codec::WebP,
    }
}
