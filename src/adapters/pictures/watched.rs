//! A file that remembers how far it was read: where a decoder stops, the compressed pixels end.

use std::cell::Cell;
use std::io::{BufRead, Cursor, Read, Result, Seek, SeekFrom};
use std::ops::Range;
use std::rc::Rc;

/// Places of a file, and how many bytes of each were read.
pub(super) type Marks = Rc<[(Range<usize>, Cell<usize>)]>;

/// Nothing is read of these places yet.
pub(super) fn marks(places: Vec<Range<usize>>) -> Marks {
    let unread = places.into_iter().map(|place| (place, Cell::new(0)));
    unread.collect()
}

/// Reads from memory.
pub(super) struct Watched<'a> {
    file: Cursor<&'a [u8]>,
    marks: Marks,
}

impl<'a> Watched<'a> {
    pub fn new(file: &'a [u8], marks: &Marks) -> Self {
        Self {
            file: Cursor::new(file),
            marks: Rc::clone(marks),
        }
    }

    /// Notes what was read before the place where the file stands now.
    fn note(&self) {
        let at = usize::try_from(self.file.position()).unwrap_or(usize::MAX);
        for (place, read) in self.marks.iter() {
            // Behind the place, it was passed over or read before.
            if at > place.start && at <= place.end {
                read.set(read.get().max(at - place.start));
            }
        }
    }
}

impl Read for Watched<'_> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let count = self.file.read(into)?;
        self.note();
        Ok(count)
    }
}

impl BufRead for Watched<'_> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        self.file.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.file.consume(count);
        self.note();
    }
}

impl Seek for Watched<'_> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.file.seek(to)
    }
}
