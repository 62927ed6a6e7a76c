//! A watermark over the whole preview, edge to edge: lines of text in the manner of bricks, half transparent,
//! readable on light and on dark.

mod stamp;

use ab_glyph::point;
use image::DynamicImage;

use stamp::{Dab, Stamp, real, turned, whole};

/// The text's height for a picture of so many pixels in width and height together.
const HEIGHT: f32 = 1.0 / 52.0;
const LEAST_HEIGHT: f32 = 11.0;

/// The longest a text may be, measured by the picture's mean side.
const LENGTH: f32 = 0.62;

/// Between the ends of texts on a line, and between lines, in heights of the text.
const GAP: f32 = 1.6;
const LINE: f32 = 3.1;

/// Covers the picture with the text.
pub(super) fn over(mut picture: DynamicImage, text: &str) -> DynamicImage {
    let size = (
        picture.width().cast_signed(),
        picture.height().cast_signed(),
    );
    let (stamp, height) = fitting(text, real(size.0 + size.1));
    let places = places(size, stamp.length + GAP * height, LINE * height);
    let mut canvas = Canvas::of(&mut picture, size);
    for place in places {
        stamp.dabs.iter().for_each(|dab| canvas.lay(place, *dab));
    }
    picture
}

/// A long text is set smaller, as far as it stays readable.
fn fitting(text: &str, sides: f32) -> (Stamp, f32) {
    let height = (sides * HEIGHT).max(LEAST_HEIGHT);
    let stamp = Stamp::new(text, height);
    let too_long = stamp.length / (LENGTH * sides / 2.0);
    if too_long <= 1.0 {
        return (stamp, height);
    }
    let smaller = (height / too_long).max(LEAST_HEIGHT);
    (Stamp::new(text, smaller), smaller)
}

/// Where the texts begin: every second line is shifted by half a step. Those far outside are left out.
fn places((width, height): (i32, i32), step: f32, line: f32) -> Vec<(i32, i32)> {
    let diagonal = real(width).hypot(real(height)) + step;
    let (steps, lines) = (whole(diagonal / step) + 1, whole(diagonal / line) + 1);
    let reach = whole(step);
    let lattice =
        (-lines..=lines).flat_map(|row| (-steps..=steps).map(move |column| (row, column)));
    lattice
        .map(|(row, column)| {
            let shift = if row % 2 == 0 { 0.0 } else { 0.5 };
            turned(point((real(column) + shift) * step, real(row) * line), -1.0)
        })
        .map(|p| (whole(p.x) + width / 2, whole(p.y) + height / 2))
        .filter(|(x, y)| {
            (-reach..width + reach).contains(x) && (-reach..height + reach).contains(y)
        })
        .collect()
}

/// The bytes of a picture and how they are laid out.
struct Canvas<'a> {
    bytes: &'a mut [u8],
    channels: usize,
    width: i32,
    height: i32,
}

impl<'a> Canvas<'a> {
    fn of(picture: &'a mut DynamicImage, (width, height): (i32, i32)) -> Self {
        let channels = usize::from(picture.color().channel_count());
        let bytes = match picture {
            DynamicImage::ImageLuma8(grey) => &mut **grey,
            DynamicImage::ImageRgb8(rgb) => &mut **rgb,
            DynamicImage::ImageRgba8(rgba) => &mut **rgba,
            _ => &mut [],
        };
        Self {
            bytes,
            channels,
            width,
            height,
        }
    }

    fn lay(&mut self, (left, top): (i32, i32), dab: Dab) {
        let (x, y) = (left + dab.x, top + dab.y);
        if !(0..self.width).contains(&x) || !(0..self.height).contains(&y) {
            return;
        }
        let start = usize::try_from(y * self.width + x).unwrap_or_default() * self.channels;
        match self.bytes.get_mut(start..start + self.channels) {
            Some([red, green, blue, alpha]) => blend_over([red, green, blue], alpha, dab),
            Some(opaque) => opaque
                .iter_mut()
                .for_each(|value| *value = mix(*value, dab.tone, dab.alpha)),
            None => {}
        }
    }
}

fn mix(below: u8, above: u8, alpha: u8) -> u8 {
    let (below, above, alpha) = (u32::from(below), u32::from(above), u32::from(alpha));
    let mixed = (below * (255 - alpha) + above * alpha + 127) / 255;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}

/// The same over a pixel that lets something shine through: the mark itself stays as visible.
fn blend_over(colours: [&mut u8; 3], alpha: &mut u8, dab: Dab) {
    let (below, above) = (u32::from(*alpha), u32::from(dab.alpha));
    let whole = 255 * above + below * (255 - above);
    if whole == 0 {
        return;
    }
    let share = u8::try_from((255 * 255 * above + whole / 2) / whole).unwrap_or(u8::MAX);
    for colour in colours {
        *colour = mix(*colour, dab.tone, share);
    }
    *alpha = u8::try_from((whole + 127) / 255).unwrap_or(u8::MAX);
}
