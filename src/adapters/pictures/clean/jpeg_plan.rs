//! What of a JPEG's tables and scans belongs to its picture: the tables that a scan goes by, the bytes that its codes need.

use std::collections::HashSet;
use std::ops::Range;

use super::jpeg_bits::Codes;
use super::jpeg_frame::{Frame, Scan};
use super::jpeg_scan::{Tables, Walk, Waves};
use super::jpeg_segments::{DHT, DQT, DRI, FRAMES, SOS, Segment, table_length};

/// Where a table stands: the number of its segment, and its first byte therein.
type Place = (usize, usize);

/// What is kept.
#[derive(Default)]
pub(super) struct Plan {
    tables: HashSet<Place>,
    /// Of each segment of the picture, in order; empty but for scans.
    scans: Vec<Vec<Range<usize>>>,
}

impl Plan {
    /// Reads all headers and follows all scans; nothing when they make no picture.
    pub fn of(picture: &[Segment<'_>]) -> Option<Self> {
        let (mut plan, mut force) = (Self::default(), Force::default());
        let frame = picture.iter().find(|s| FRAMES.contains(&s.marker))?;
        let frame = Frame::read(frame)?;
        let mut waves = Waves::of(&frame);
        for (number, segment) in picture.iter().enumerate() {
            force.take(number, segment);
            let scan = if segment.marker == SOS {
                plan.scan(segment, &frame, &force, &mut waves)?
            } else {
                Vec::new()
            };
            plan.scans.push(scan);
        }
        Some(plan)
    }

    fn scan(
        &mut self,
        segment: &Segment<'_>,
        frame: &Frame,
        force: &Force<'_>,
        waves: &mut Waves,
    ) -> Option<Vec<Range<usize>>> {
        let scan = Scan::read(segment, frame)?;
        let (dc, ac) = scan.needs(frame);
        let mut tables = Vec::new();
        for part in &scan.parts {
            let quantiser = frame.components[part.component].quantiser;
            self.need(force.tables[QUANTISER][quantiser]);
            tables.push(Tables {
                dc: self.codes(dc, force.tables[0][part.dc]),
                ac: self.codes(ac, force.tables[1][part.ac]),
            });
        }
        self.need(force.restart);
        let walk = Walk {
            frame,
            scan: &scan,
            tables,
            restart: force.units_between_restarts(),
        };
        walk.picture(segment.scan, waves)
    }

    fn need(&mut self, table: Option<Table<'_>>) {
        self.tables.extend(table.map(|table| table.place));
    }

    /// None where the scan needs none, or where there are none: it then leads nowhere.
    fn codes(&mut self, needed: bool, table: Option<Table<'_>>) -> Option<Codes> {
        let table = table.filter(|_| needed);
        self.need(table);
        Codes::read(&table?.bytes[1..])
    }

    /// The body of a segment with the tables that are needed; nothing where none of them is.
    pub fn body(&self, number: usize, segment: &Segment<'_>) -> Option<Vec<u8>> {
        if !matches!(segment.marker, DQT | DHT | DRI) {
            return Some(segment.body.to_vec());
        }
        let tables = tables(number, segment);
        let needed = tables.filter(|table| self.tables.contains(&table.place));
        let body = needed.flat_map(|table| table.bytes).copied();
        Some(body.collect()).filter(|body: &Vec<u8>| !body.is_empty())
    }

    /// The compressed pixels behind the header of a scan.
    pub fn pixels<'a>(
        &self,
        number: usize,
        segment: &Segment<'a>,
    ) -> impl Iterator<Item = &'a [u8]> {
        let scan = segment.scan;
        self.scans[number]
            .iter()
            .map(move |range| &scan[range.clone()])
    }
}

/// The kind of tables behind those for the mean brightness and for the waves above it.
const QUANTISER: usize = 2;

#[derive(Clone, Copy)]
struct Table<'a> {
    place: Place,
    /// With its number in front.
    bytes: &'a [u8],
}

/// The tables that the next scan would go by.
#[derive(Default)]
struct Force<'a> {
    tables: [[Option<Table<'a>>; 4]; 3],
    restart: Option<Table<'a>>,
}

impl<'a> Force<'a> {
    fn take(&mut self, number: usize, segment: &Segment<'a>) {
        for table in tables(number, segment) {
            let [kind, slot] = [table.bytes[0] >> 4, table.bytes[0] & 15].map(usize::from);
            let kind = if segment.marker == DQT {
                QUANTISER
            } else {
                kind
            };
            if segment.marker == DRI {
                self.restart = Some(table);
            } else if let Some(of) = self.tables.get_mut(kind).and_then(|row| row.get_mut(slot)) {
                *of = Some(table);
            }
        }
    }

    fn units_between_restarts(&self) -> usize {
        let bytes = self.restart.and_then(|table| table.bytes.first_chunk());
        bytes.map_or(0, |bytes| usize::from(u16::from_be_bytes(*bytes)))
    }
}

/// The tables of a segment; none where it is no segment of tables.
fn tables<'a>(number: usize, segment: &Segment<'a>) -> impl Iterator<Item = Table<'a>> + use<'a> {
    let (marker, body) = (segment.marker, segment.body);
    let mut at = 0;
    std::iter::from_fn(move || {
        if !matches!(marker, DQT | DHT | DRI) || at >= body.len() {
            return None;
        }
        let rest = &body[at..];
        let length = table_length(marker, rest).min(rest.len());
        let table = Table {
            place: (number, at),
            bytes: &rest[..length],
        };
        at += length;
        Some(table)
    })
}
