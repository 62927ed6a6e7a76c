//! The photographs, and the changed copies that are made of them.

use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, RgbImage};

/// A photograph of `bench/photos/expected.csv`.
pub struct Photo {
    pub name: String,
    pub file: Vec<u8>,
    /// Labels that are right, where the picture has any.
    pub expected: Vec<String>,
}

pub fn all(folder: &Path) -> Vec<Photo> {
    let mut table = csv::Reader::from_path(folder.join("expected.csv")).expect("expected.csv");
    let rows = table.records().map(|row| {
        let row = row.expect("a row of expected.csv");
        Photo {
            name: row[0].to_owned(),
            file: std::fs::read(folder.join(&row[0])).expect("a photograph"),
            expected: row[1].split('|').map(str::to_owned).collect(),
        }
    });
    rows.collect()
}

/// What is done to a photograph; the watermarked one is made by the studio itself.
pub const CHANGES: [&str; 7] = [
    "half the size",
    "JPEG of quality 40",
    "25 % brighter",
    "10 % cut off, centre",
    "10 % cut off, corner",
    "mirrored",
    "watermarked",
];

/// The changed copies, but the watermarked one, in the order of [`CHANGES`].
pub fn changed(file: &[u8]) -> Vec<Vec<u8>> {
    let picture = image::load_from_memory(file).expect("a photograph can be decoded");
    let (width, height) = (picture.width(), picture.height());
    let (kept_width, kept_height) = (width * 9 / 10, height * 9 / 10);
    let (left, top) = ((width - kept_width) / 2, (height - kept_height) / 2);
    vec![
        jpeg(
            &picture.resize_exact(width / 2, height / 2, FilterType::Triangle),
            90,
        ),
        jpeg(&picture, 40),
        jpeg(&brighter(&picture), 90),
        jpeg(&picture.crop_imm(left, top, kept_width, kept_height), 90),
        jpeg(&picture.crop_imm(0, 0, kept_width, kept_height), 90),
        jpeg(&picture.fliph(), 90),
    ]
}

fn brighter(picture: &DynamicImage) -> DynamicImage {
    let mut pixels: RgbImage = picture.to_rgb8();
    for byte in pixels.iter_mut() {
        *byte = u8::try_from(u32::from(*byte) * 5 / 4).unwrap_or(u8::MAX);
    }
    pixels.into()
}

pub fn jpeg(picture: &DynamicImage, quality: u8) -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut file, quality);
    picture
        .to_rgb8()
        .write_with_encoder(encoder)
        .expect("a picture can be written");
    file
}
