//! A member's face: the middle of a picture, cut square.

use fast_image_resize::ResizeOptions;

use crate::ports::pictures::{Encoded, PictureError};

use super::PictureLimits;
use super::colours::on_screen;
use super::decode::open;
use super::renditions::{eight_bit, encoded, resized};

/// Pixels a side.
const SIDE: u32 = 256;

/// Makes the avatar of an uploaded file.
pub(super) fn avatar(file: &[u8], limits: &PictureLimits) -> Result<Encoded, PictureError> {
    let (clean, decoded) = open(file, limits)?;
    let middle = ResizeOptions::new().fit_into_destination(Some((0.5, 0.5)));
    let mut square = resized(&decoded, SIDE, SIDE, &middle)?;
    square.apply_orientation(clean.orientation);
    encoded(&eight_bit(on_screen(square, &clean.colours)))
}
