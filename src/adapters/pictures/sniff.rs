//! What a file is, by its first bytes. Names and declared types are never asked.

use crate::domain::picture::ImageFormat;

/// The accepted format that these bytes begin like, if any.
pub(super) fn sniff(bytes: &[u8]) -> Option<ImageFormat> {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Some(ImageFormat::Jpeg)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(ImageFormat::Png)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(ImageFormat::Webp)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// U1
    #[test]
    fn the_first_bytes_decide() {
        assert_eq!(sniff(b"\xFF\xD8\xFF\xE0rest"), Some(ImageFormat::Jpeg));
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\nrest"), Some(ImageFormat::Png));
        assert_eq!(sniff(b"RIFF\x04\0\0\0WEBPVP8 "), Some(ImageFormat::Webp));
    }

    /// U2
    #[test]
    fn everything_else_is_unknown() {
        let others: [&[u8]; 12] = [
            b"",
            b"\xFF\xD8",
            b"GIF89a",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"II*\0",
            b"MM\0*",
            b"BM",
            b"\0\0\x01\0",
            b"%PDF-1.7",
            b"\0\0\0\x18ftypheic",
            b"RIFF\x04\0\0\0WAVE",
            b"RIFF",
        ];
        assert!(others.iter().all(|bytes| sniff(bytes).is_none()));
    }
}
