//! `WebP` (RFC 9649): the picture's own chunks are copied under a header written anew.

use std::ops::Range;

use image::metadata::Orientation;

use crate::domain::picture::ImageFormat;
use crate::ports::pictures::PictureError;

use super::super::colours::Colours;
use super::{Clean, Header, animated, broken, exif, icc};

const ICC_FLAG: u8 = 0x20;
const ALPHA_FLAG: u8 = 0x10;
const EXIF_FLAG: u8 = 0x08;
const ANIMATION_FLAG: u8 = 0x02;

/// The first chunk of each kind that matters.
#[derive(Default)]
struct Chunks<'a> {
    canvas: Option<&'a [u8]>,
    alpha: Option<&'a [u8]>,
    lossy: Option<&'a [u8]>,
    lossless: Option<&'a [u8]>,
    profile: Option<&'a [u8]>,
    exif: Option<&'a [u8]>,
    moving: bool,
}

impl<'a> Chunks<'a> {
    /// Reads to the end that the file's first chunk declares; nothing behind it counts.
    fn read(file: &'a [u8]) -> Option<Self> {
        let declared = u32::from_le_bytes(*file.get(4..)?.first_chunk()?) as usize;
        let mut rest = file.get(8..)?.get(..declared)?.get(4..)?;
        let mut chunks = Self::default();
        while !rest.is_empty() {
            let kind: [u8; 4] = *rest.first_chunk()?;
            let length = u32::from_le_bytes(*rest.get(4..)?.first_chunk()?) as usize;
            let body = rest.get(8..)?.get(..length)?;
            chunks.sort(kind, body);
            rest = rest[8 + length..].get(length % 2..).unwrap_or_default();
        }
        Some(chunks)
    }

    fn sort(&mut self, kind: [u8; 4], body: &'a [u8]) {
        let slot = match &kind {
            b"VP8X" => &mut self.canvas,
            b"ALPH" => &mut self.alpha,
            b"VP8 " => &mut self.lossy,
            b"VP8L" => &mut self.lossless,
            b"ICCP" => &mut self.profile,
            b"EXIF" => &mut self.exif,
            b"ANIM" | b"ANMF" => return self.moving = true,
            _ => return,
        };
        *slot = slot.or(Some(body));
    }

    fn is_animated(&self) -> bool {
        let flagged = self
            .canvas
            .and_then(<[u8]>::first)
            .is_some_and(|flags| flags & ANIMATION_FLAG != 0);
        self.moving || flagged
    }

    /// What the compressed picture says of its size, and whether it may have transparency.
    fn frame(&self) -> Option<(u32, u32, bool)> {
        match (self.lossy, self.lossless) {
            (Some(lossy), None) => {
                // Frame tag, start code, then 14 bits each.
                let start = lossy.get(3..6)? == [0x9D, 0x01, 0x2A];
                let [w0, w1, h0, h1] = *lossy.get(6..)?.first_chunk()?;
                let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
                start.then_some((side(w0, w1), side(h0, h1), self.alpha.is_some()))
            }
            (None, Some(lossless)) => {
                let bits = u32::from_le_bytes(*lossless.get(1..)?.first_chunk()?);
                let size = ((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1);
                (lossless[0] == 0x2F).then_some((size.0, size.1, bits >> 28 & 1 == 1))
            }
            _ => None,
        }
    }

    /// Whether the canvas, if the file has one, is as large as the picture on it.
    fn canvas_fits(&self, width: u32, height: u32) -> bool {
        self.canvas
            .is_none_or(|canvas| canvas.get(4..10) == Some(&canvas_size(width, height)))
    }
}

fn canvas_size(width: u32, height: u32) -> [u8; 6] {
    let ([w0, w1, w2, _], [h0, h1, h2, _]) = (
        width.wrapping_sub(1).to_le_bytes(),
        height.wrapping_sub(1).to_le_bytes(),
    );
    [w0, w1, w2, h0, h1, h2]
}

/// Reads the chunk headers.
pub(super) fn header(bytes: &[u8]) -> Result<Header, PictureError> {
    let chunks = Chunks::read(bytes).ok_or(broken())?;
    if chunks.is_animated() {
        return Err(animated());
    }
    let (width, height, alpha) = chunks.frame().ok_or(broken())?;
    if !chunks.canvas_fits(width, height) {
        return Err(broken());
    }
    // The decoder holds the planes of brightness and colour, or the lossless pixels, beside its output.
    let bytes_per_pixel = match (chunks.lossy, alpha) {
        (Some(_), false) => 5,
        (Some(_), true) => 10,
        (None, _) => 8,
    };
    Ok(Header {
        format: ImageFormat::Webp,
        width,
        height,
        bytes_per_pixel,
    })
}

/// Copies the picture into a new container.
pub(super) fn clean(bytes: &[u8], header: Header) -> Result<Clean, PictureError> {
    let chunks = Chunks::read(bytes).ok_or(broken())?;
    let orientation = chunks
        .exif
        .map_or(Orientation::NoTransforms, exif::orientation);
    let icc = chunks
        .profile
        .and_then(|profile| icc::checked(profile, icc::OF_SCREENS));
    let bytes = assemble(&chunks, orientation, icc.as_deref()).ok_or(broken())?;
    Ok(Clean {
        header,
        bytes,
        orientation,
        colours: icc.map_or(Colours::Screen, Colours::Profile),
    })
}

/// Where the streams stand of which nothing says how long they are: lossless pixels and transparency. So is the last
/// part of lossy pixels, but its decoder takes in all of it before it begins.
pub(super) fn streams(file: &[u8]) -> Vec<Range<usize>> {
    let Some(chunks) = Chunks::read(file) else {
        return Vec::new();
    };
    let streams = [chunks.lossless, chunks.alpha].into_iter().flatten();
    let place = |body: &[u8]| {
        let start = body.as_ptr().addr() - file.as_ptr().addr();
        start..start + body.len()
    };
    streams.map(place).collect()
}

/// The same file with these streams cut to so many bytes.
pub(super) fn cut(file: &[u8], sizes: &[usize]) -> Option<Vec<u8>> {
    let mut chunks = Chunks::read(file)?;
    let streams = [&mut chunks.lossless, &mut chunks.alpha];
    for (body, size) in streams.into_iter().filter_map(Option::as_mut).zip(sizes) {
        *body = body.get(..*size)?;
    }
    let turn = chunks
        .exif
        .map_or(Orientation::NoTransforms, exif::orientation);
    assemble(&chunks, turn, chunks.profile)
}

fn assemble(chunks: &Chunks<'_>, turn: Orientation, profile: Option<&[u8]>) -> Option<Vec<u8>> {
    let (width, height, transparent) = chunks.frame()?;
    let block = exif::minimal(turn);
    let alpha = chunks.alpha.filter(|_| chunks.lossy.is_some());
    let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
    if profile.is_some() || block.is_some() || alpha.is_some() {
        let flags = [
            (profile.is_some(), ICC_FLAG),
            (transparent, ALPHA_FLAG),
            (block.is_some(), EXIF_FLAG),
        ];
        let flags = flags
            .iter()
            .filter(|(set, _)| *set)
            .map(|(_, flag)| flag)
            .sum();
        let canvas = [&[flags, 0, 0, 0][..], &canvas_size(width, height)].concat();
        put(&mut out, *b"VP8X", Some(&canvas))?;
    }
    put(&mut out, *b"ICCP", profile)?;
    put(&mut out, *b"ALPH", alpha)?;
    put(&mut out, *b"VP8 ", chunks.lossy)?;
    put(&mut out, *b"VP8L", chunks.lossless)?;
    put(&mut out, *b"EXIF", block.as_deref())?;
    let size = u32::try_from(out.len() - 8).ok()?;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    Some(out)
}

fn put(out: &mut Vec<u8>, kind: [u8; 4], body: Option<&[u8]>) -> Option<()> {
    let Some(body) = body else { return Some(()) };
    out.extend_from_slice(&kind);
    out.extend_from_slice(&u32::try_from(body.len()).ok()?.to_le_bytes());
    out.extend_from_slice(body);
    if body.len() % 2 == 1 {
        out.push(0);
    }
    Some(())
}
