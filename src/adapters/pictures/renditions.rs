//! Smaller pictures from larger ones, and their files.

use bytes::Bytes;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, Pixel, Rgba};
use jpeg_encoder::{ColorType, SamplingFactor};

use crate::domain::picture::ImageFormat;
use crate::ports::pictures::{Encoded, PictureError};

use super::colours::{Colours, on_screen};

const JPEG_QUALITY: u8 = 85;
const WEBP_QUALITY: f32 = 85.0;

fn failed(what: impl std::fmt::Display) -> PictureError {
    PictureError::Failed(what.to_string())
}

/// The sides of a picture made to fit a square of `side`; one that fits already keeps its own.
pub(super) fn fitted(width: u32, height: u32, side: u32) -> (u32, u32) {
    let long = width.max(height);
    if long <= side {
        return (width, height);
    }
    let scale = |edge: u32| {
        let scaled = (u64::from(edge) * u64::from(side) + u64::from(long) / 2) / u64::from(long);
        u32::try_from(scaled).unwrap_or(side).max(1)
    };
    (scale(width), scale(height))
}

/// Makes a picture fit a square of `side`. Lanczos3, with alpha weighing the colours.
pub(super) fn shrunk(picture: &DynamicImage, side: u32) -> Result<DynamicImage, PictureError> {
    let (width, height) = fitted(picture.width(), picture.height(), side);
    resized(picture, width, height, &ResizeOptions::new())
}

/// Resizes within the picture's own kind of pixels.
pub(super) fn resized(
    picture: &DynamicImage,
    width: u32,
    height: u32,
    options: &ResizeOptions,
) -> Result<DynamicImage, PictureError> {
    let mut small = DynamicImage::new(width, height, picture.color());
    Resizer::new()
        .resize(picture, &mut small, options)
        .map_err(failed)?;
    Ok(small)
}

/// The whole picture as a square, whatever its shape, for a model to look at: pixels of 3 bytes, row by row.
/// Bicubic, as models are trained with; what is transparent is laid over white.
pub(super) fn squashed(picture: &DynamicImage, side: u32) -> Result<Vec<u8>, PictureError> {
    let bicubic = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    let small = resized(picture, side, side, &bicubic)?;
    if !small.color().has_alpha() {
        return Ok(small.into_rgb8().into_raw());
    }
    let pixels = small.into_rgba8();
    let pixels = pixels.pixels();
    Ok(pixels
        .flat_map(|&Rgba([r, g, b, a])| [r, g, b].map(|c| over_white(c, a)))
        .collect())
}

fn over_white(colour: u8, alpha: u8) -> u8 {
    let (colour, alpha) = (u32::from(colour), u32::from(alpha));
    let mixed = (colour * alpha + 255 * (255 - alpha) + 127) / 255;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}

/// The screen's version of a decoded picture: no larger than `side`, upright, in sRGB, 8 bits a channel,
/// with transparency only where there is some. Shrinks first: all else is cheap on the small one.
pub(super) fn presentable(
    decoded: DynamicImage,
    turn: Orientation,
    colours: &Colours,
    side: u32,
) -> Result<DynamicImage, PictureError> {
    let mut small = fit(decoded, side)?;
    small.apply_orientation(turn);
    Ok(eight_bit(on_screen(small, colours)))
}

/// As [`shrunk`], but takes the large picture, so that its memory is free afterwards.
fn fit(picture: DynamicImage, side: u32) -> Result<DynamicImage, PictureError> {
    if picture.width().max(picture.height()) <= side {
        return Ok(picture);
    }
    shrunk(&picture, side)
}

/// Grey, RGB, or RGBA where something shines through.
pub(super) fn eight_bit(picture: DynamicImage) -> DynamicImage {
    let colour = picture.color();
    if colour.has_alpha() {
        let rgba = picture.into_rgba8();
        if rgba.pixels().any(|pixel| pixel[3] < u8::MAX) {
            return rgba.into();
        }
        return DynamicImage::ImageRgba8(rgba).into_rgb8().into();
    }
    if colour.has_color() {
        picture.into_rgb8().into()
    } else {
        picture.into_luma8().into()
    }
}

/// Writes the file: `WebP` where there is transparency, else JPEG. Without a profile, for the colours are sRGB.
pub(super) fn encoded(picture: &DynamicImage) -> Result<Encoded, PictureError> {
    match picture {
        DynamicImage::ImageRgba8(rgba) => as_webp(rgba),
        DynamicImage::ImageLuma8(grey) => as_jpeg(grey, ColorType::Luma),
        DynamicImage::ImageRgb8(rgb) => as_jpeg(rgb, ColorType::Rgb),
        _ => Err(failed("renditions have 8 bits a channel")),
    }
}

fn as_jpeg<P: Pixel<Subpixel = u8>>(
    pixels: &image::ImageBuffer<P, Vec<u8>>,
    colour: ColorType,
) -> Result<Encoded, PictureError> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, JPEG_QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    let side = |edge: u32| u16::try_from(edge).map_err(failed);
    let (width, height) = (side(pixels.width())?, side(pixels.height())?);
    encoder
        .encode(pixels.as_raw(), width, height, colour)
        .map_err(failed)?;
    Ok(Encoded {
        bytes: Bytes::from(bytes),
        format: ImageFormat::Jpeg,
    })
}

fn as_webp(pixels: &image::RgbaImage) -> Result<Encoded, PictureError> {
    let encoder = ::webp::Encoder::from_rgba(pixels.as_raw(), pixels.width(), pixels.height());
    let bytes = encoder
        .encode_simple(false, WEBP_QUALITY)
        .map_err(|error| failed(format!("{error:?}")))?;
    Ok(Encoded {
        bytes: Bytes::copy_from_slice(&bytes),
        format: ImageFormat::Webp,
    })
}
