//! A JPEG file as its segments (ITU-T T.81, annex B).

use crate::ports::pictures::PictureError;

use super::broken;

pub(super) const SOI: u8 = 0xD8;
pub(super) const EOI: u8 = 0xD9;
pub(super) const SOS: u8 = 0xDA;
pub(super) const DQT: u8 = 0xDB;
pub(super) const DRI: u8 = 0xDD;
pub(super) const DHT: u8 = 0xC4;
/// Baseline, extended sequential and progressive: the three processes that browsers show.
pub(super) const FRAMES: std::ops::RangeInclusive<u8> = 0xC0..=0xC2;
pub(super) const PROGRESSIVE: u8 = 0xC2;
pub(super) const APP0: u8 = 0xE0;
pub(super) const APP1: u8 = 0xE1;
pub(super) const APP2: u8 = 0xE2;
pub(super) const APP14: u8 = 0xEE;

/// One marker with its parameters and, after a scan header, the compressed pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment<'a> {
    pub marker: u8,
    pub body: &'a [u8],
    pub scan: &'a [u8],
}

impl Segment<'_> {
    /// Frame headers that say there is another coding process than [`FRAMES`].
    pub fn is_foreign_frame(&self) -> bool {
        matches!(self.marker, 0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF)
    }

    /// Whether tables and headers are exactly as long as what they hold: no room for foreign bytes.
    pub fn is_exact(&self) -> bool {
        let by_count = |fixed: usize, each: usize, at: usize| {
            self.body
                .get(at)
                .is_some_and(|n| self.body.len() == fixed + each * usize::from(*n))
        };
        match self.marker {
            DQT | DHT => tables(self.marker, self.body),
            DRI => self.body.len() == 2,
            SOS => by_count(4, 2, 0),
            _ => by_count(6, 3, 5),
        }
    }
}

fn tables(marker: u8, mut body: &[u8]) -> bool {
    while !body.is_empty() {
        let Some(rest) = body.get(table_length(marker, body)..) else {
            return false;
        };
        body = rest;
    }
    true
}

/// How long the first table of a segment says that it is, its number included.
pub(super) fn table_length(marker: u8, table: &[u8]) -> usize {
    let counts = table.iter().skip(1).take(16);
    match (marker, table.first()) {
        (DQT, Some(number)) if number >> 4 == 0 => 65,
        (DQT, _) => 129,
        (DHT, _) => 17 + counts.map(|n| usize::from(*n)).sum::<usize>(),
        _ => table.len(),
    }
}

/// Walks from one segment to the next; the last one is the end of the image, or an error.
pub(super) struct Segments<'a> {
    rest: &'a [u8],
    done: bool,
}

impl<'a> Segments<'a> {
    /// Starts behind the start-of-image marker.
    pub fn new(file: &'a [u8]) -> Self {
        Self {
            rest: file.get(2..).unwrap_or_default(),
            done: false,
        }
    }

    fn step(&mut self) -> Option<Segment<'a>> {
        // Bytes that belong to no segment, and fill bytes, are passed over.
        let at = self
            .rest
            .windows(2)
            .position(|w| w[0] == 0xFF && w[1] != 0xFF)?;
        let marker = self.rest[at + 1];
        self.rest = &self.rest[at + 2..];
        let (body, scan) = match marker {
            EOI => (&[][..], &[][..]),
            // A marker without parameters has no place between segments.
            0x00 | 0x01 | 0xD0..=SOI => return None,
            SOS => (self.body()?, self.scan()?),
            _ => (self.body()?, &[][..]),
        };
        Some(Segment { marker, body, scan })
    }

    fn body(&mut self) -> Option<&'a [u8]> {
        let length = usize::from(u16::from_be_bytes(*self.rest.first_chunk()?));
        let body = self.rest.get(2..length)?;
        self.rest = &self.rest[length..];
        Some(body)
    }

    /// Compressed pixels end at the first marker that is neither a stuffed zero nor a restart.
    fn scan(&mut self) -> Option<&'a [u8]> {
        let mut end = 0;
        loop {
            end += self
                .rest
                .get(end..)?
                .iter()
                .position(|byte| *byte == 0xFF)?;
            if !matches!(self.rest.get(end + 1)?, 0x00 | 0xD0..=0xD7) {
                break;
            }
            end += 2;
        }
        let (scan, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(scan)
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Result<Segment<'a>, PictureError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let segment = self.step();
        self.done = segment.is_none_or(|s| s.marker == EOI);
        Some(segment.ok_or(broken()))
    }
}
