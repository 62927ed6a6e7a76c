//! Pictures of which no two are alike.

use image::{ImageFormat, Rgb, RgbImage};
use rand::RngExt as _;
use rand::rngs::StdRng;

use crate::corpus;

/// Small: its upload is over soon.
pub fn small(rng: &mut StdRng) -> Vec<u8> {
    let sides = [(); 2].map(|()| rng.random_range(8..48));
    noise(rng, sides)
}

/// Small mostly; some take a while to develop.
pub fn any(rng: &mut StdRng) -> Vec<u8> {
    if rng.random_bool(0.8) {
        return small(rng);
    }
    let sides = [(); 2].map(|()| rng.random_range(200..700));
    noise(rng, sides)
}

/// Specks on a gradient; PNG has them as they are.
fn noise(rng: &mut StdRng, [width, height]: [u32; 2]) -> Vec<u8> {
    let mut picture = RgbImage::from_fn(width, height, |x, y| {
        let shade = |along: u32, side: u32| u8::try_from(along * 255 / side).unwrap_or(255);
        Rgb([shade(x, width), shade(y, height), 90])
    });
    for _ in 0..40 {
        let (x, y) = (rng.random_range(0..width), rng.random_range(0..height));
        picture.put_pixel(x, y, Rgb(rng.random()));
    }
    corpus::file(picture, ImageFormat::Png)
}
