//! Uploads: what begins like a picture is refused or becomes one, within its limits; a decoder never panics, and what is
//! kept of a picture is kept the same when it is sent again.

use shotify::adapters::pictures::{PictureLimits, develop};
use shotify::domain::embedding::{Embedding, ModelId};
use shotify::ports::pictures::PictureError;
use shotify::ports::vision::{EmbedError, Embedder};

#[path = "../../tests/fixtures/corpus.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod corpus;

/// Small, so that a header that lies costs little here; what larger ones cost is the limits' own affair.
const LIMITS: PictureLimits = PictureLimits {
    max_pixels: 1_000_000,
    max_side: 4_096,
    workers: 1,
    queue: 1,
    pixels_in_flight: 1_000_000,
};

/// What is sent again is no larger, for that costs the same once more.
const SMALL: usize = 16 * 1024;

/// Names of chunks and segments.
pub const PIECES: &[&str] = &[
    "IHDR",
    "IDAT",
    "IEND",
    "PLTE",
    "tRNS",
    "iCCP",
    "eXIf",
    "acTL",
    "gAMA",
    "sRGB",
    "RIFF",
    "WEBP",
    "VP8 ",
    "VP8L",
    "VP8X",
    "ALPH",
    "ANIM",
    "ICCP",
    "EXIF",
    "Exif\0\0MM\0*",
    "ICC_PROFILE\0",
    "JFIF\0",
    "Adobe\0",
    "\0\0\0\0",
];

struct Eye;

impl Embedder for Eye {
    fn model(&self) -> ModelId {
        ModelId::new("eye")
    }
    fn side(&self) -> u32 {
        2
    }
    fn embed(&self, rgb: &[u8]) -> Result<Embedding, EmbedError> {
        let values: Vec<f32> = rgb.iter().map(|byte| f32::from(*byte) + 1.0).collect();
        Embedding::new(self.model(), &values).ok_or_else(|| EmbedError("nothing to see".into()))
    }
}

/// Develops these bytes as an upload.
pub fn run(data: &[u8]) {
    let made = match develop(data, "Shotify", &LIMITS, &Eye) {
        Ok(made) => made,
        Err(PictureError::Failed(fault)) => {
            panic!("an upload is never the server's fault: {fault}")
        }
        Err(_) => return,
    };
    let (width, height) = (made.facts.width, made.facts.height);
    assert!(
        u64::from(width) * u64::from(height) <= LIMITS.max_pixels
            && width.max(height) <= LIMITS.max_side
    );
    if made.original.bytes.len() > SMALL {
        return;
    }
    let again = develop(&made.original.bytes, "Shotify", &LIMITS, &Eye);
    let again = again.expect("what is kept can be sent again");
    assert_eq!(
        again.original.bytes, made.original.bytes,
        "and is kept as it is"
    );
}

/// Photographs and small pictures of every format, with everything that they can carry.
pub fn seeds() -> Vec<Vec<u8>> {
    let tagged = |plain| corpus::tagged(plain, 6, corpus::icc());
    vec![
        corpus::CAT.to_vec(),
        corpus::STATUE.to_vec(),
        tagged(corpus::jpeg(24, 18)),
        tagged(corpus::png(24, 18)),
        tagged(corpus::webp(24, 18)),
        corpus::file(corpus::sticker(16), image::ImageFormat::Png),
        corpus::file(corpus::sticker(16), image::ImageFormat::WebP),
        webp::Encoder::from_rgb(&corpus::corners(24, 18), 24, 18)
            .encode(80.0)
            .to_vec(),
        webp::Encoder::from_rgba(&corpus::sticker(16), 16, 16)
            .encode(80.0)
            .to_vec(),
        corpus::lying_png(50_000, 50_000),
        corpus::lying_jpeg(1_000, 900),
    ]
}
