//! Where the compressed pixels of a scan end: its codes are followed, block by block, without making pixels of them
//! (ITU-T T.81, F.2.2 and G.1.2). What stands behind the last block, or between it and a restart, is none of the picture's.

use std::ops::Range;

use super::jpeg_bits::{Bits, Codes, Stop};
use super::jpeg_frame::{Component, Frame, Scan};

/// Which waves of each block are not zero, for each component: what a refining scan brings depends on it.
pub(super) struct Waves(Vec<Vec<u64>>);

impl Waves {
    /// For a whole frame; empty where scans refine nothing.
    pub fn of(frame: &Frame) -> Self {
        let (across, down) = frame.units();
        let size = |of: &Component| {
            if frame.progressive {
                across * of.across * down * of.down
            } else {
                0
            }
        };
        Self(
            frame
                .components
                .iter()
                .map(|of| vec![0; size(of)])
                .collect(),
        )
    }
}

/// The codes of one component in a scan.
pub(super) struct Tables {
    pub dc: Option<Codes>,
    pub ac: Option<Codes>,
}

/// Everything that one scan is followed by.
pub(super) struct Walk<'a> {
    pub frame: &'a Frame,
    pub scan: &'a Scan,
    /// For each part of the scan.
    pub tables: Vec<Tables>,
    /// Units between restarts; 0 for none.
    pub restart: usize,
}

impl Walk<'_> {
    /// The bytes that belong to the picture, restart markers included; nothing when the codes lead nowhere.
    pub fn picture(&self, data: &[u8], waves: &mut Waves) -> Option<Vec<Range<usize>>> {
        let mut kept: Vec<Range<usize>> = Vec::new();
        let units = self.units();
        let step = if self.restart == 0 {
            units
        } else {
            self.restart
        };
        let (mut start, mut first) = (0, 0);
        while first < units {
            let end = data[start..].windows(2).position(is_restart);
            let end = end.map_or(data.len(), |length| start + length);
            let last = units.min(first + step);
            let used = self.interval(&data[start..end], first..last, waves)?;
            let marker = if last < units {
                (data.len() - end).min(2)
            } else {
                0
            };
            for range in [start..start + used, end..end + marker] {
                match kept.last_mut() {
                    Some(before) if before.end == range.start => before.end = range.end,
                    _ if range.is_empty() => {}
                    _ => kept.push(range),
                }
            }
            (start, first) = (end + marker, last);
        }
        Some(kept)
    }

    /// Units of this scan: blocks where there is one component only.
    fn units(&self) -> usize {
        let (across, down) = match &self.scan.parts[..] {
            [one] => self.frame.blocks(&self.frame.components[one.component]),
            _ => self.frame.units(),
        };
        across * down
    }

    /// How many bytes these units take.
    fn interval(&self, data: &[u8], units: Range<usize>, waves: &mut Waves) -> Option<usize> {
        let mut block = Block {
            bits: Bits::new(data),
            ended: 0,
            progressive: self.frame.progressive,
        };
        for unit in units {
            match self.unit(unit, &mut block, waves) {
                Ok(()) => {}
                Err(Stop::Dry) => return Some(data.len()),
                Err(Stop::Broken) => return None,
            }
        }
        Some(block.bits.used())
    }

    fn unit(&self, unit: usize, block: &mut Block<'_>, waves: &mut Waves) -> Result<(), Stop> {
        if let [one] = &self.scan.parts[..] {
            let component = &self.frame.components[one.component];
            let across = self.frame.blocks(component).0;
            let stride = self.frame.units().0 * component.across;
            let place = unit / across * stride + unit % across;
            let wave = waves.0[one.component].get_mut(place);
            return self.block(&self.tables[0], block, wave);
        }
        for (part, tables) in self.scan.parts.iter().zip(&self.tables) {
            let component = &self.frame.components[part.component];
            for _ in 0..component.across * component.down {
                // Only the means come interleaved in progressive frames: no scan asks for these waves.
                self.block(tables, block, None)?;
            }
        }
        Ok(())
    }

    fn block(
        &self,
        tables: &Tables,
        block: &mut Block<'_>,
        wave: Option<&mut u64>,
    ) -> Result<(), Stop> {
        let (first, last) = (self.scan.first, self.scan.last);
        match (self.frame.progressive, first, self.scan.refines) {
            (false, ..) => {
                block.mean(of(tables.dc.as_ref())?)?;
                block.waves(of(tables.ac.as_ref())?, 1, 63, &mut 0)?;
                // In a sequential frame each block ends by itself.
                block.ended = 0;
                Ok(())
            }
            (true, 0, false) => block.mean(of(tables.dc.as_ref())?),
            (true, 0, true) => block.bits.take(1).map(|_| ()),
            (true, _, false) => block.waves(
                of(tables.ac.as_ref())?,
                first,
                last,
                wave.ok_or(Stop::Broken)?,
            ),
            (true, _, true) => block.refined(
                of(tables.ac.as_ref())?,
                first,
                last,
                wave.ok_or(Stop::Broken)?,
            ),
        }
    }
}

fn of(codes: Option<&Codes>) -> Result<&Codes, Stop> {
    codes.ok_or(Stop::Broken)
}

fn is_restart(window: &[u8]) -> bool {
    window[0] == 0xFF && matches!(window[1], 0xD0..=0xD7)
}

/// Reads one block after the other.
struct Block<'a> {
    bits: Bits<'a>,
    /// Blocks, this one included, in which nothing new comes.
    ended: usize,
    progressive: bool,
}

impl Block<'_> {
    fn mean(&mut self, dc: &Codes) -> Result<(), Stop> {
        let size = dc.symbol(&mut self.bits)?;
        if size > 16 {
            return Err(Stop::Broken);
        }
        self.bits.take(u32::from(size)).map(|_| ())
    }

    /// How many blocks end here, of a code without bits of its own.
    fn end(&mut self, run: usize) -> Result<usize, Stop> {
        if !self.progressive {
            return Ok(1);
        }
        let bits = u32::try_from(run).map_err(|_| Stop::Broken)?;
        Ok((1 << run) + self.bits.take(bits)?)
    }

    /// The waves of a sequential block, or the first of them in a progressive one.
    fn waves(&mut self, ac: &Codes, first: usize, last: usize, wave: &mut u64) -> Result<(), Stop> {
        if self.ended > 0 {
            self.ended -= 1;
            return Ok(());
        }
        let mut at = first;
        while at <= last {
            let (run, size) = ac.run(&mut self.bits)?;
            if size == 0 && run < 15 {
                self.ended = self.end(run)? - 1;
                break;
            }
            at += run;
            if size > 0 {
                *wave |= 1_u64
                    .checked_shl(u32::try_from(at).unwrap_or(64))
                    .unwrap_or(0);
                self.bits.take(size)?;
            }
            at += 1;
        }
        Ok(())
    }

    /// One more bit for each wave that is not zero, and new ones between them.
    fn refined(
        &mut self,
        ac: &Codes,
        first: usize,
        last: usize,
        wave: &mut u64,
    ) -> Result<(), Stop> {
        let mut at = first;
        while self.ended == 0 && at <= last {
            let (run, size) = ac.run(&mut self.bits)?;
            if size == 0 && run < 15 {
                self.ended = self.end(run)?;
                break;
            }
            self.bits.take(size.min(1))?;
            at = self.pass(at, last, run, *wave)?;
            if size > 0 && at <= last {
                *wave |= 1 << at;
            }
            at += 1;
        }
        if self.ended > 0 {
            self.pass(at, last, usize::MAX, *wave)?;
            self.ended -= 1;
        }
        Ok(())
    }

    /// Goes on to the wave behind `zeros` zeros, with a bit for each that is none.
    fn pass(
        &mut self,
        mut at: usize,
        last: usize,
        mut zeros: usize,
        wave: u64,
    ) -> Result<usize, Stop> {
        while at <= last {
            if wave >> at & 1 == 1 {
                self.bits.take(1)?;
            } else if zeros == 0 {
                break;
            } else {
                zeros -= 1;
            }
            at += 1;
        }
        Ok(at)
    }
}
