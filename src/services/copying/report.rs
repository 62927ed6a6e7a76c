//! How copying went.

use std::fmt;

/// Counts of objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CopyReport {
    /// Copied, and found to be the same afterwards.
    pub copied: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// The same was there already.
    pub skipped: u64,
    /// Deleted while copying went on, with the row that named it.
    pub gone: u64,
    /// Not copied; the log says which and why.
    pub failed: u64,
    /// Of these, those for which a store was away, since the last object that was in both.
    pub(super) away: u64,
}

impl CopyReport {
    pub(super) const fn copied(&mut self, size: u64) {
        self.copied += 1;
        self.bytes += size;
        self.away = 0;
    }

    pub(super) const fn skipped(&mut self) {
        self.skipped += 1;
        self.away = 0;
    }

    pub(super) const fn failed(&mut self, away: bool) {
        self.failed += 1;
        self.away += away as u64;
    }
}

impl fmt::Display for CopyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            copied,
            bytes,
            skipped,
            gone,
            failed,
            ..
        } = self;
        write!(
            f,
            "{copied} copied ({bytes} bytes), {skipped} there already, "
        )?;
        if *gone > 0 {
            write!(f, "{gone} deleted meanwhile, ")?;
        }
        write!(f, "{failed} failed")
    }
}
