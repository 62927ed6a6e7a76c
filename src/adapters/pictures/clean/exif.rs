//! The one fact of EXIF that is kept: which way up the picture is shown.

use image::metadata::Orientation;

/// What JPEG puts before the EXIF data proper; some `WebP` and PNG writers do so too.
pub(super) const PREFIX: &[u8] = b"Exif\0\0";

/// The orientation that a block of EXIF asks for; upright when it says nothing sensible.
pub(super) fn orientation(block: &[u8]) -> Orientation {
    let tiff = block.strip_prefix(PREFIX).unwrap_or(block);
    Orientation::from_exif_chunk(tiff).unwrap_or(Orientation::NoTransforms)
}

/// EXIF data that says nothing but the orientation; none when the picture is upright anyway.
pub(super) fn minimal(orientation: Orientation) -> Option<Vec<u8>> {
    if orientation == Orientation::NoTransforms {
        return None;
    }
    // A little-endian TIFF header, one directory of one entry (Orientation, one SHORT), no next directory.
    let mut tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    tiff.extend_from_slice(&[orientation.to_exif(), 0, 0, 0, 0, 0, 0, 0]);
    Some(tiff)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// U8
    #[test]
    fn the_minimal_block_reads_back() {
        for value in 2..=8 {
            let wanted = Orientation::from_exif(value).unwrap();
            let block = minimal(wanted).unwrap();
            assert_eq!(block.len(), 26);
            assert_eq!(orientation(&block), wanted);
            assert_eq!(orientation(&[PREFIX, &block].concat()), wanted);
        }
    }

    #[test]
    fn upright_pictures_need_no_block_and_nonsense_is_upright() {
        assert_eq!(minimal(Orientation::NoTransforms), None);
        assert_eq!(
            orientation(b"II*\0\xFF\xFF\xFF\xFF"),
            Orientation::NoTransforms
        );
    }
}
