//! What the headers of a JPEG's frame and scans say (ITU-T T.81, B.2.2 and B.2.3).

use super::jpeg_segments::{PROGRESSIVE, Segment};

/// Most blocks of one component in a unit of an interleaved scan, each way.
const MAX_SAMPLING: usize = 4;

/// A frame.
pub(super) struct Frame {
    pub progressive: bool,
    pub components: Vec<Component>,
    width: usize,
    height: usize,
}

/// One colour of a frame.
pub(super) struct Component {
    id: u8,
    /// Blocks in a unit of an interleaved scan, across and down.
    pub across: usize,
    pub down: usize,
    /// The number of its table of quantisation.
    pub quantiser: usize,
}

impl Frame {
    pub fn read(segment: &Segment<'_>) -> Option<Self> {
        let [_precision, h1, h0, w1, w0, _count] = *segment.body.first_chunk()?;
        let components = segment.body[6..].as_chunks::<3>().0.iter().copied();
        let frame = Self {
            progressive: segment.marker == PROGRESSIVE,
            components: components.map(Component::read).collect(),
            width: usize::from(u16::from_be_bytes([w1, w0])),
            height: usize::from(u16::from_be_bytes([h1, h0])),
        };
        let right = |side: usize| (1..=MAX_SAMPLING).contains(&side);
        let sound = |one: &Component| right(one.across) && right(one.down) && one.quantiser < 4;
        frame.components.iter().all(sound).then_some(frame)
    }

    /// Units of an interleaved scan, across and down.
    pub fn units(&self) -> (usize, usize) {
        let (most_across, most_down) = self.most();
        (
            self.width.div_ceil(8 * most_across),
            self.height.div_ceil(8 * most_down),
        )
    }

    /// Blocks of one component in a scan of its own, across and down.
    pub fn blocks(&self, of: &Component) -> (usize, usize) {
        let (most_across, most_down) = self.most();
        let blocks = |side: usize, own: usize, most: usize| (side * own).div_ceil(most).div_ceil(8);
        (
            blocks(self.width, of.across, most_across),
            blocks(self.height, of.down, most_down),
        )
    }

    fn most(&self) -> (usize, usize) {
        let most = |side: fn(&Component) -> usize| self.components.iter().map(side).max();
        (
            most(|one| one.across).unwrap_or(1),
            most(|one| one.down).unwrap_or(1),
        )
    }
}

impl Component {
    fn read(bytes: [u8; 3]) -> Self {
        Self {
            id: bytes[0],
            across: usize::from(bytes[1] >> 4),
            down: usize::from(bytes[1] & 15),
            quantiser: usize::from(bytes[2]),
        }
    }
}

/// A scan: some components, and which of their waves.
pub(super) struct Scan {
    pub parts: Vec<Part>,
    /// First and last wave; 0 is the mean brightness.
    pub first: usize,
    pub last: usize,
    /// Whether it makes more exact what an earlier scan brought.
    pub refines: bool,
}

/// One component in a scan.
pub(super) struct Part {
    /// Its place in the frame.
    pub component: usize,
    /// The numbers of its Huffman tables.
    pub dc: usize,
    pub ac: usize,
}

impl Scan {
    pub fn read(segment: &Segment<'_>, frame: &Frame) -> Option<Self> {
        let count = usize::from(*segment.body.first()?);
        let parts = segment.body.get(1..=2 * count)?.as_chunks::<2>().0;
        let [first, last, precision] = *segment.body.get(1 + 2 * count..)?.first_chunk()?;
        let part = |[id, tables]: &[u8; 2]| {
            let (dc, ac) = (usize::from(tables >> 4), usize::from(tables & 15));
            let component = frame.components.iter().position(|one| one.id == *id)?;
            (dc < 4 && ac < 4).then_some(Part { component, dc, ac })
        };
        let scan = Self {
            parts: parts.iter().map(part).collect::<Option<_>>()?,
            first: usize::from(first),
            last: usize::from(last),
            refines: precision >> 4 != 0,
        };
        let waves = scan.first <= scan.last && scan.last < 64;
        let alone = scan.first == 0 || scan.parts.len() == 1;
        (!frame.progressive || waves && alone).then_some(scan)
    }

    /// Whether it needs tables for the mean brightness, and for the waves above it.
    pub fn needs(&self, frame: &Frame) -> (bool, bool) {
        if frame.progressive {
            (self.first == 0 && !self.refines, self.first > 0)
        } else {
            (true, true)
        }
    }
}
