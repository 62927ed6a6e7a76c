//! What is known of a picture once it has been worked on, and the names of its files.

use std::fmt;

/// The formats that are accepted and kept. Decided by the first bytes of a file, never by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImageFormat {
    /// JPEG (ISO/IEC 10918).
    Jpeg,
    /// PNG, one still picture.
    Png,
    /// WebP, one still picture.
    Webp,
}

impl ImageFormat {
    /// All formats, in the order of the public enum.
    pub const ALL: [Self; 3] = [Self::Jpeg, Self::Png, Self::Webp];

    /// The upper-case name kept in the database and printed by the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WEBP",
        }
    }

    /// Reads the name written by [`ImageFormat::as_str`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.as_str() == name)
    }

    /// The media type served with the bytes.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }

    /// The extension of a downloaded file.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
        }
    }

    /// The format of what is kept under an object's key: each ends in the extension of its format.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        let (_, extension) = key.rsplit_once('.')?;
        Self::ALL.into_iter().find(|f| f.extension() == extension)
    }
}

impl fmt::Display for ImageFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A picture's files as links name them. Which object stands behind `Preview` is decided at each use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rendition {
    /// The picture as uploaded, metadata stripped.
    Original,
    /// Long side of at most 400 px, and of at most half the original's.
    Thumbnail,
    /// Long side of at most 1600 px; watermarked while the product is for sale.
    Preview,
}

impl Rendition {
    /// All renditions.
    pub const ALL: [Self; 3] = [Self::Original, Self::Thumbnail, Self::Preview];

    /// The word in a link's path.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Thumbnail => "thumbnail",
            Self::Preview => "preview",
        }
    }

    /// Reads the word of a link's path.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == word)
    }
}

/// Facts about an original and its files, made once at upload and kept with the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureFacts {
    /// Pixels across, as displayed (after orientation).
    pub width: u32,
    /// Pixels down, as displayed (after orientation).
    pub height: u32,
    /// Format of the original.
    pub format: ImageFormat,
    /// Bytes of the original as kept.
    pub size: u64,
    /// Bytes of all that was made of it: thumbnail, both previews.
    pub renditions: u64,
    /// `ThumbHash` of the picture, at most 25 bytes.
    pub placeholder: Vec<u8>,
    /// 64-bit perceptual hash: near in Hamming distance for pictures that look alike.
    pub perceptual_hash: u64,
    /// SHA-256 of the original as kept.
    pub sha256: [u8; 32],
}

impl PictureFacts {
    /// Bytes of all files that are kept of the picture.
    #[must_use]
    pub const fn stored(&self) -> u64 {
        self.size.saturating_add(self.renditions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        assert!(
            ImageFormat::ALL
                .iter()
                .all(|f| ImageFormat::parse(f.as_str()) == Some(*f))
        );
        assert!(
            Rendition::ALL
                .iter()
                .all(|r| Rendition::parse(r.as_str()) == Some(*r))
        );
        assert_eq!(ImageFormat::parse("GIF"), None);
        assert_eq!(Rendition::parse("Original"), None);
    }

    #[test]
    fn a_key_tells_the_format() {
        assert_eq!(ImageFormat::of_key("a/o.png"), Some(ImageFormat::Png));
        assert_eq!(ImageFormat::of_key("a.b/o.webp"), Some(ImageFormat::Webp));
        for none in ["", "png", "a/o.gif", "a/o.PNG", "a.jpg/o", "a/o."] {
            assert_eq!(ImageFormat::of_key(none), None, "{none}");
        }
    }
}
