//! JPEG: tables, frame and scans are copied; of the application segments only what decides colours is written anew.

use image::metadata::Orientation;

use crate::domain::picture::ImageFormat;
use crate::ports::pictures::PictureError;

use super::super::colours::Colours;
use super::jpeg_plan::Plan;
use super::jpeg_segments::{
    APP0, APP1, APP2, APP14, DHT, DQT, DRI, EOI, FRAMES, PROGRESSIVE, SOI, SOS, Segment, Segments,
};
use super::{Clean, Header, broken, exif, icc};

const ICC_PREFIX: &[u8] = b"ICC_PROFILE\0";
/// The most of a profile that fits a segment beside its prefix and two counters.
const ICC_PART: usize = 65_533 - ICC_PREFIX.len() - 2;

/// Real progressive files have about ten scans; each one walks over all pixels again, so that thousands of
/// tiny ones would keep a decoder busy for hours.
const MAX_SCANS: u64 = 100;
const MAX_SCANNED_PIXELS: u64 = 1_600_000_000;
/// Each scan may bring tables of its own.
const MAX_SEGMENTS: usize = 1_000;

/// Reads on to the first scan.
pub(super) fn header(bytes: &[u8]) -> Result<Header, PictureError> {
    let mut frame = None;
    for segment in Segments::new(bytes) {
        let segment = segment?;
        if segment.is_foreign_frame() {
            return Err(PictureError::Unsupported(
                "This kind of JPEG is not accepted.",
            ));
        } else if FRAMES.contains(&segment.marker) {
            frame = Some(segment);
        } else if segment.marker == SOS {
            return frame
                .and_then(|frame| measure(frame, segment))
                .ok_or(broken());
        } else if segment.marker == EOI {
            break;
        }
    }
    Err(broken())
}

fn measure(frame: Segment<'_>, first_scan: Segment<'_>) -> Option<Header> {
    let [_precision, h1, h0, w1, w0, components] = *frame.body.first_chunk()?;
    // A decoder keeps all coefficients, 2 bytes each, unless one scan brings every component to its end.
    let kept = frame.marker == PROGRESSIVE || *first_scan.body.first()? != components;
    let coefficients = if kept { 2 * u64::from(components) } else { 0 };
    Some(Header {
        format: ImageFormat::Jpeg,
        width: u32::from(u16::from_be_bytes([w1, w0])),
        height: u32::from(u16::from_be_bytes([h1, h0])),
        bytes_per_pixel: if components == 1 { 1 } else { 3 } + coefficients,
    })
}

/// What is kept of a file, by reference.
#[derive(Default)]
struct Kept<'a> {
    jfif: Option<[u8; 12]>,
    adobe: Option<&'a [u8]>,
    exif: Option<&'a [u8]>,
    profile: Vec<&'a [u8]>,
    picture: Vec<Segment<'a>>,
    scans: u64,
    frames: u64,
}

impl<'a> Kept<'a> {
    fn sort(&mut self, segment: Segment<'a>) -> Result<(), PictureError> {
        let body = segment.body;
        match segment.marker {
            APP0 if body.starts_with(b"JFIF\0") => self.jfif = body.first_chunk().copied(),
            APP14 if body.starts_with(b"Adobe") => self.adobe = body.get(..12),
            APP1 if body.starts_with(exif::PREFIX) => self.exif = self.exif.or(Some(body)),
            APP2 if body.starts_with(ICC_PREFIX) => self.profile.push(&body[ICC_PREFIX.len()..]),
            DQT | DHT | DRI | SOS | 0xC0..=0xC2 => {
                if !segment.is_exact() || self.picture.len() >= MAX_SEGMENTS {
                    return Err(broken());
                }
                self.scans += u64::from(segment.marker == SOS);
                self.frames += u64::from(FRAMES.contains(&segment.marker));
                self.picture.push(segment);
            }
            _ if segment.is_foreign_frame() => return Err(broken()),
            _ => {}
        }
        Ok(())
    }

    /// The parts in the order of their numbers, where none is missing.
    fn icc(&self) -> Option<Vec<u8>> {
        let mut parts: Vec<_> = self.profile.iter().filter(|part| part.len() > 2).collect();
        parts.sort_by_key(|part| part[0]);
        let whole: Vec<u8> = parts.iter().flat_map(|part| &part[2..]).copied().collect();
        icc::checked(&whole, icc::WITH_INKS)
    }
}

/// Copies the picture into a new container.
pub(super) fn clean(bytes: &[u8], header: Header) -> Result<Clean, PictureError> {
    let mut kept = Kept::default();
    for segment in Segments::new(bytes) {
        kept.sort(segment?)?;
    }
    let endless = kept.scans > MAX_SCANS || kept.scans * header.pixels() > MAX_SCANNED_PIXELS;
    if kept.frames != 1 || endless {
        return Err(broken());
    }
    let orientation = kept
        .exif
        .map_or(Orientation::NoTransforms, exif::orientation);
    let plan = Plan::of(&kept.picture).ok_or(broken())?;
    let icc = kept.icc();
    let mut bytes = Vec::with_capacity(bytes.len());
    bytes.extend_from_slice(&[0xFF, SOI]);
    describe(&kept, orientation, icc.as_deref(), &mut bytes);
    draw(&kept, &plan, &mut bytes);
    Ok(Clean {
        header,
        bytes,
        orientation,
        colours: icc.map_or(Colours::Screen, Colours::Profile),
    })
}

/// What is to be known before the picture.
fn describe(kept: &Kept<'_>, turn: Orientation, profile: Option<&[u8]>, out: &mut Vec<u8>) {
    if let Some(jfif) = kept.jfif {
        // Version and density as they were, an embedded thumbnail of 0 x 0.
        put(out, APP0, &[&jfif, &[0, 0]]);
    }
    if let Some(block) = exif::minimal(turn) {
        put(out, APP1, &[exif::PREFIX, &block]);
    }
    let parts = profile.map_or_else(Vec::new, |icc| icc.chunks(ICC_PART).collect());
    for (part, number) in parts.iter().zip(1_u8..) {
        let of = u8::try_from(parts.len()).unwrap_or(u8::MAX);
        put(out, APP2, &[ICC_PREFIX, &[number, of], part]);
    }
    if let Some(adobe) = kept.adobe {
        put(out, APP14, &[adobe]);
    }
}

/// The picture itself, without tables that no scan goes by, and without bytes that no code needs.
fn draw(kept: &Kept<'_>, plan: &Plan, out: &mut Vec<u8>) {
    for (number, segment) in kept.picture.iter().enumerate() {
        let Some(body) = plan.body(number, segment) else {
            continue;
        };
        put(out, segment.marker, &[&body]);
        for pixels in plan.pixels(number, segment) {
            out.extend_from_slice(pixels);
        }
    }
    out.extend_from_slice(&[0xFF, EOI]);
}

fn put(out: &mut Vec<u8>, marker: u8, body: &[&[u8]]) {
    let length = 2 + body.iter().map(|part| part.len()).sum::<usize>();
    let length = u16::try_from(length).expect("bodies come from segments or are cut to fit one");
    out.extend_from_slice(&[0xFF, marker]);
    out.extend_from_slice(&length.to_be_bytes());
    for part in body {
        out.extend_from_slice(part);
    }
}
