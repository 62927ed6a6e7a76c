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

use super::super::colours::Colours;
use super::{Clean, Header, animated, broken, exif, icc, png_pixels};

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

impl Chunk<'_> {
    /// The number that a chunk of colours begins with at this place.
    fn number(&self, at: usize) -> Option<u32> {
        self.body
            .get(at..)?
            .first_chunk()
            .map(|b| u32::from_be_bytes(*b))
    }
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
    interlaced: bool,
}

impl Ihdr {
    fn read(bytes: &[u8]) -> Result<Self, PictureError> {
        let first = Chunks::new(bytes)
            .step()
            .filter(|chunk| chunk.kind == *b"IHDR");
        let body: [u8; 13] = first
            .and_then(|chunk| chunk.body.try_into().ok())
            .ok_or(broken())?;
        let [w3, w2, w1, w0, h3, h2, h1, h0, depth, colour, _, _, passes] = body;
        Ok(Self {
            width: u32::from_be_bytes([w3, w2, w1, w0]),
            height: u32::from_be_bytes([h3, h2, h1, h0]),
            depth,
            colour,
            interlaced: passes != 0,
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

    /// Bytes of the pixels before compression.
    fn raw_bytes(&self) -> u64 {
        let bits = self.channels() * u64::from(self.depth);
        png_pixels::raw_bytes(self.width, self.height, bits, self.interlaced)
    }

    /// The chunks of this picture that are written again, and how long they may be. A palette that only suggests
    /// colours is not needed to show them.
    fn allows(&self, chunk: &Chunk<'_>) -> bool {
        let size = chunk.body.len();
        match (&chunk.kind, self.colour) {
            (b"IHDR", _) => size == 13,
            (b"PLTE", 3) => (3..=768).contains(&size) && size.is_multiple_of(3),
            (b"tRNS", 0) => size == 2,
            (b"tRNS", 2) => size == 6,
            (b"tRNS", 3) => (1..=256).contains(&size),
            (b"gAMA" | b"cICP", _) => size == 4,
            (b"cHRM", _) => size == 32,
            (b"sRGB", _) => size == 1,
            _ => false,
        }
    }

    /// Most colours that pixels can name.
    fn colours(&self) -> usize {
        1 << self.depth.min(8)
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

#[derive(Default)]
struct Kept<'a> {
    /// In their order, once each, before and among the pixels.
    small: Vec<Chunk<'a>>,
    pixels: Vec<Chunk<'a>>,
    profile: Option<&'a [u8]>,
    exif: Option<&'a [u8]>,
}

impl<'a> Kept<'a> {
    fn sort(&mut self, chunk: Chunk<'a>, of: &Ihdr) -> Result<(), PictureError> {
        match &chunk.kind {
            b"acTL" | b"fcTL" | b"fdAT" => return Err(animated()),
            b"IDAT" if self.pixels.len() > MAX_CHUNKS => return Err(broken()),
            b"IDAT" => self.pixels.push(chunk),
            b"iCCP" => self.profile = self.profile.or(Some(chunk.body)),
            b"eXIf" => self.exif = self.exif.or(Some(chunk.body)),
            kind if of.allows(&chunk) && self.small(*kind).is_none() => self.small.push(chunk),
            b"PLTE" if of.colour != 3 => {}
            // An upper-case first letter: not to be shown by who does not know it.
            kind if kind[0].is_ascii_uppercase() => return Err(broken()),
            _ => {}
        }
        Ok(())
    }

    fn small(&self, kind: [u8; 4]) -> Option<&Chunk<'a>> {
        self.small.iter().find(|chunk| chunk.kind == kind)
    }

    /// In the order of PNG's third edition: what is more exact comes first.
    fn colours(&self, profile: Option<&[u8]>) -> Colours {
        if let Some([primaries, transfer, 0, 1]) = self.small(*b"cICP").map(|chunk| chunk.body) {
            return Colours::Coded {
                primaries: *primaries,
                transfer: *transfer,
            };
        }
        if let Some(profile) = profile {
            return Colours::Profile(profile.to_vec());
        }
        let gamma = self.small(*b"gAMA").and_then(|chunk| chunk.number(0));
        let places = self.small(*b"cHRM").and_then(places);
        if self.small(*b"sRGB").is_some() || (gamma.is_none() && places.is_none()) {
            return Colours::Screen;
        }
        Colours::Measured { gamma, places }
    }
}

fn places(chunk: &Chunk<'_>) -> Option<[u32; 8]> {
    let mut places = [0; 8];
    for (place, at) in places.iter_mut().zip((0..).step_by(4)) {
        *place = chunk.number(at)?;
    }
    Some(places)
}

/// Copies the picture into a new container.
pub(super) fn clean(bytes: &[u8], header: Header) -> Result<Clean, PictureError> {
    let (ihdr, mut kept) = (Ihdr::read(bytes)?, Kept::default());
    for chunk in Chunks::new(bytes) {
        let chunk = chunk?;
        if chunk.kind == *b"IEND" {
            break;
        }
        kept.sort(chunk, &ihdr)?;
    }
    let pixels = end(&ihdr, &kept).ok_or(broken())?;
    let orientation = kept
        .exif
        .map_or(Orientation::NoTransforms, exif::orientation);
    let icc = kept
        .profile
        .and_then(inflate)
        .and_then(|profile| icc::checked(&profile, icc::OF_SCREENS));
    let colours = kept.colours(icc.as_deref());
    let extras = extras(orientation, icc.as_deref())?;
    let bytes = assemble(&kept, &extras, ihdr.colours(), pixels);
    Ok(Clean {
        header,
        bytes,
        orientation,
        colours,
    })
}

/// Of the bodies of all chunks of pixels: how many bytes are pixels.
fn end(ihdr: &Ihdr, kept: &Kept<'_>) -> Option<usize> {
    let bodies = || kept.pixels.iter().map(|chunk| chunk.body);
    let stored: u64 = bodies().map(|body| body.len() as u64).sum();
    let raw = ihdr.raw_bytes();
    let holds = raw <= stored.saturating_mul(MAX_INFLATION);
    holds.then(|| png_pixels::end(bodies(), raw)).flatten()
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

fn assemble(kept: &Kept<'_>, extras: &[u8], colours: usize, mut pixels: usize) -> Vec<u8> {
    let size: usize = kept.pixels.iter().map(|chunk| chunk.whole.len()).sum();
    let mut out = Vec::with_capacity(size + extras.len() + 2048);
    out.extend_from_slice(SIGNATURE);
    for chunk in &kept.small {
        let most = match &chunk.kind {
            b"PLTE" => 3 * colours,
            b"tRNS" => 6.max(colours),
            _ => usize::MAX,
        };
        put(&mut out, chunk, most);
        if chunk.kind == *b"IHDR" {
            out.extend_from_slice(extras);
        }
    }
    for chunk in &kept.pixels {
        put(&mut out, chunk, pixels);
        pixels = pixels.saturating_sub(chunk.body.len());
        if pixels == 0 {
            break;
        }
    }
    out.extend_from_slice(&PngChunk::new(*b"IEND", Bytes::new()).encoder().bytes());
    out
}

/// As it is, or cut, with a checksum of its own.
fn put(out: &mut Vec<u8>, chunk: &Chunk<'_>, most: usize) {
    if chunk.body.len() <= most && chunk.kind == *b"IDAT" {
        return out.extend_from_slice(chunk.whole);
    }
    let body = Bytes::copy_from_slice(&chunk.body[..most.min(chunk.body.len())]);
    out.extend_from_slice(&PngChunk::new(chunk.kind, body).encoder().bytes());
}
