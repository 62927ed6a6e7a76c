//! PNG: the chunks that make pixels and their colours are copied, all others left behind.

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::png::PngDecoder;
use image::metadata::Orientation;
use image::{ImageDecoder, Limits};
use img_parts::png::{Png, PngChunk};
use img_parts::{ImageEXIF, ImageICC};

use crate::domain::picture::ImageFormat;
use crate::ports::pictures::PictureError;

use super::{Clean, Header, animated, broken, exif, icc};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Deflate never gives more than 1032 bytes for one; what claims more pixels than that is a lie.
const MAX_INFLATION: u64 = 1_032;

/// Large pictures have some thousands; more is an attempt to fill memory with bookkeeping.
const MAX_CHUNKS: usize = 100_000;

struct Chunk<'a> {
    kind: [u8; 4],
    body: &'a [u8],
    /// With length and checksum.
    whole: &'a [u8],
}

struct Chunks<'a>(&'a [u8]);

impl<'a> Chunks<'a> {
    fn new(file: &'a [u8]) -> Self {
        Self(file.get(SIGNATURE.len()..).unwrap_or_default())
    }

    fn step(&mut self) -> Option<Chunk<'a>> {
        let length = u32::from_be_bytes(*self.0.first_chunk()?) as usize;
        let kind = *self.0.get(4..)?.first_chunk()?;
        let body = self.0.get(8..)?.get(..length)?;
        let whole = self.0.get(..length + 12)?;
        self.0 = &self.0[length + 12..];
        Some(Chunk { kind, body, whole })
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Result<Chunk<'a>, PictureError>;

    /// Never ends by itself: whoever reads on behind the last chunk gets an error.
    fn next(&mut self) -> Option<Self::Item> {
        Some(self.step().ok_or(broken()))
    }
}

/// The header chunk's fields, in their order.
struct Ihdr {
    width: u32,
    height: u32,
    depth: u8,
    colour: u8,
}

impl Ihdr {
    fn read(bytes: &[u8]) -> Result<Self, PictureError> {
        let first = Chunks::new(bytes)
            .step()
            .filter(|chunk| chunk.kind == *b"IHDR");
        let body: [u8; 13] = first
            .and_then(|chunk| chunk.body.try_into().ok())
            .ok_or(broken())?;
        let [w3, w2, w1, w0, h3, h2, h1, h0, depth, colour, ..] = body;
        Ok(Self {
            width: u32::from_be_bytes([w3, w2, w1, w0]),
            height: u32::from_be_bytes([h3, h2, h1, h0]),
            depth,
            colour,
        })
    }

    const fn channels(&self) -> u64 {
        match self.colour {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        }
    }

    /// Bytes of the pixels before compression, filter bytes left out.
    fn raw_bytes(&self) -> u64 {
        let row = (u64::from(self.width) * self.channels() * u64::from(self.depth)).div_ceil(8);
        row.saturating_mul(u64::from(self.height))
    }
}

/// Reads the first chunk. Palettes and transparent colours are counted as if they had alpha.
pub(super) fn header(bytes: &[u8]) -> Result<Header, PictureError> {
    let ihdr = Ihdr::read(bytes)?;
    let expanded = match ihdr.colour {
        0 | 4 => 2,
        _ => 4,
    };
    Ok(Header {
        format: ImageFormat::Png,
        width: ihdr.width,
        height: ihdr.height,
        bytes_per_pixel: if ihdr.depth == 16 {
            2 * expanded
        } else {
            expanded
        },
    })
}

/// The chunks that are copied as they are, with the longest they can be.
const fn allowed(kind: [u8; 4]) -> usize {
    match &kind {
        b"IHDR" => 13,
        b"PLTE" => 768,
        b"tRNS" => 256,
        b"gAMA" | b"cICP" => 4,
        b"cHRM" => 32,
        b"sRGB" => 1,
        _ => 0,
    }
}

#[derive(Default)]
struct Kept<'a> {
    copied: Vec<Chunk<'a>>,
    once: Vec<[u8; 4]>,
    pixels: u64,
    profile: Option<&'a [u8]>,
    exif: Option<&'a [u8]>,
}

impl<'a> Kept<'a> {
    fn sort(&mut self, chunk: Chunk<'a>) -> Result<(), PictureError> {
        match &chunk.kind {
            b"acTL" | b"fcTL" | b"fdAT" => return Err(animated()),
            b"IDAT" if self.copied.len() > MAX_CHUNKS => return Err(broken()),
            b"IDAT" => {
                self.pixels += chunk.body.len() as u64;
                self.copied.push(chunk);
            }
            b"iCCP" => self.profile = self.profile.or(Some(chunk.body)),
            b"eXIf" => self.exif = self.exif.or(Some(chunk.body)),
            kind if self.admits(*kind, chunk.body.len()) => {
                self.once.push(*kind);
                self.copied.push(chunk);
            }
            // An upper-case first letter: not to be shown by who does not know it.
            kind if kind[0].is_ascii_uppercase() => return Err(broken()),
            _ => {}
        }
        Ok(())
    }

    fn admits(&self, kind: [u8; 4], length: usize) -> bool {
        (1..=allowed(kind)).contains(&length) && !self.once.contains(&kind)
    }
}

/// Copies the picture into a new container.
pub(super) fn clean(bytes: &[u8], header: Header) -> Result<Clean, PictureError> {
    let mut kept = Kept::default();
    for chunk in Chunks::new(bytes) {
        let chunk = chunk?;
        if chunk.kind == *b"IEND" {
            break;
        }
        kept.sort(chunk)?;
    }
    if Ihdr::read(bytes)?.raw_bytes() > kept.pixels.saturating_mul(MAX_INFLATION) {
        return Err(broken());
    }
    let orientation = kept
        .exif
        .map_or(Orientation::NoTransforms, exif::orientation);
    let icc = kept
        .profile
        .and_then(inflate)
        .and_then(|profile| icc::checked(&profile));
    let bytes = assemble(&kept, orientation, icc.as_deref())?;
    Ok(Clean {
        header,
        bytes,
        orientation,
        icc,
    })
}

/// A picture of one pixel, without it: whatever needs only a container around other chunks.
fn shell() -> Vec<u8> {
    let ihdr = PngChunk::new(
        *b"IHDR",
        Bytes::from_static(&[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]),
    );
    [SIGNATURE, &ihdr.encoder().bytes()].concat()
}

/// Decompresses a colour profile under the decoder's limits, so that a bomb finds no memory.
fn inflate(chunk: &[u8]) -> Option<Vec<u8>> {
    let mut file = shell();
    for (kind, body) in [(*b"iCCP", chunk), (*b"IDAT", &[])] {
        file.extend_from_slice(
            &PngChunk::new(kind, Bytes::copy_from_slice(body))
                .encoder()
                .bytes(),
        );
    }
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(2 * icc::MAX_BYTES as u64);
    PngDecoder::with_limits(Cursor::new(file), limits)
        .ok()?
        .icc_profile()
        .ok()?
}

/// The new chunks for profile and orientation, both of which stand right behind the header.
fn extras(turn: Orientation, profile: Option<&[u8]>) -> Result<Vec<u8>, PictureError> {
    let mut file = shell();
    file.extend_from_slice(&PngChunk::new(*b"IEND", Bytes::new()).encoder().bytes());
    let mut png = Png::from_bytes(Bytes::from(file)).map_err(|_| broken())?;
    png.set_icc_profile(profile.map(Bytes::copy_from_slice));
    png.set_exif(exif::minimal(turn).map(Bytes::from));
    let wanted = png
        .chunks()
        .iter()
        .filter(|chunk| matches!(&chunk.kind(), b"iCCP" | b"eXIf"));
    Ok(wanted
        .flat_map(|chunk| chunk.clone().encoder().bytes())
        .collect())
}

fn assemble(
    kept: &Kept<'_>,
    turn: Orientation,
    icc: Option<&[u8]>,
) -> Result<Vec<u8>, PictureError> {
    let size: usize = kept.copied.iter().map(|chunk| chunk.whole.len()).sum();
    let mut out = Vec::with_capacity(size + 1024);
    out.extend_from_slice(SIGNATURE);
    for chunk in &kept.copied {
        out.extend_from_slice(chunk.whole);
        if chunk.kind == *b"IHDR" {
            out.extend_from_slice(&extras(turn, icc)?);
        }
    }
    out.extend_from_slice(&PngChunk::new(*b"IEND", Bytes::new()).encoder().bytes());
    Ok(out)
}
