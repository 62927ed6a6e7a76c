//! Bits of compressed pixels, and the Huffman codes that they are made of (ITU-T T.81, C and F.2.2).

/// Why a scan is not followed to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The data ends early: nothing can stand behind it.
    Dry,
    /// It is no picture's.
    Broken,
}

/// Reads data in which a zero follows each 0xFF.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    /// Bits that come next, the first on top.
    next: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    pub const fn new(data: &'a [u8]) -> Self {
        Self {
            data,
            at: 0,
            next: 0,
            count: 0,
        }
    }

    fn fill(&mut self) {
        while self.count <= 56 {
            let Some(byte) = self.data.get(self.at) else {
                return;
            };
            self.at += if *byte == 0xFF { 2 } else { 1 };
            self.next |= u64::from(*byte) << (56 - self.count);
            self.count += 8;
        }
    }

    pub fn take(&mut self, bits: u32) -> Result<usize, Stop> {
        if bits == 0 {
            return Ok(0);
        }
        if self.count < 32 {
            self.fill();
        }
        let value = self.next >> (64 - bits);
        self.count = self.count.checked_sub(bits).ok_or(Stop::Dry)?;
        self.next <<= bits;
        usize::try_from(value).map_err(|_| Stop::Broken)
    }

    /// Bytes of which at least one bit was used.
    pub fn used(&self) -> usize {
        let mut end = self.at.min(self.data.len());
        for _ in 0..self.count / 8 {
            let stuffed = self.data[..end].ends_with(&[0xFF, 0]);
            end -= if stuffed { 2 } else { 1 };
        }
        end
    }
}

/// For each 16 bits the symbol that they begin with and, above it, how many bits it takes; 0 where there is none.
pub(super) struct Codes(Vec<u16>);

impl Codes {
    /// From the table as it stands in a file, behind its number.
    pub fn read(table: &[u8]) -> Option<Self> {
        let (counts, mut symbols) = table.split_at_checked(16)?;
        let mut codes = vec![0; 1 << 16];
        let mut start = 0;
        for (bits, count) in (1_u16..).zip(counts) {
            let (now, later) = symbols.split_at_checked(usize::from(*count))?;
            symbols = later;
            for symbol in now {
                let end = start + (1 << (16 - bits));
                codes
                    .get_mut(start..end)?
                    .fill(bits << 8 | u16::from(*symbol));
                start = end;
            }
        }
        Some(Self(codes))
    }

    pub fn symbol(&self, bits: &mut Bits<'_>) -> Result<u8, Stop> {
        if bits.count < 16 {
            bits.fill();
        }
        let [length, symbol] = self.0[(bits.next >> 48) as usize].to_be_bytes();
        if length == 0 {
            return Err(if bits.count < 16 {
                Stop::Dry
            } else {
                Stop::Broken
            });
        }
        bits.take(u32::from(length))?;
        Ok(symbol)
    }

    /// How many zeros are passed over, and how many bits follow.
    pub fn run(&self, bits: &mut Bits<'_>) -> Result<(usize, u32), Stop> {
        let symbol = self.symbol(bits)?;
        Ok((usize::from(symbol >> 4), u32::from(symbol & 15)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One symbol of one bit, two of two and three bits: 0, 10, 110.
    fn codes() -> Codes {
        let counts = [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        Codes::read(&[&counts[..], &[5, 0x21, 9]].concat()).unwrap()
    }

    #[test]
    fn symbols_are_read_and_their_bytes_counted() {
        // 0 10 110 0 then padding, and bytes that no symbol needs.
        let data = [0b0101_1001, 0xFF, 0, 7, 7];
        let mut bits = Bits::new(&data);
        assert_eq!(bits.used(), 0);
        let codes = codes();
        assert_eq!(codes.symbol(&mut bits), Ok(5));
        assert_eq!(codes.run(&mut bits), Ok((2, 1)));
        assert_eq!(codes.symbol(&mut bits), Ok(9));
        assert_eq!(codes.symbol(&mut bits), Ok(5));
        assert_eq!(bits.used(), 1);
        assert_eq!(bits.take(2), Ok(3));
        assert_eq!(bits.used(), 3, "a stuffed zero belongs to its byte");
        assert_eq!(codes.symbol(&mut bits), Err(Stop::Broken));
    }

    #[test]
    fn what_ends_early_is_dry() {
        let mut bits = Bits::new(&[0b1111_1111, 0]);
        assert_eq!(codes().symbol(&mut bits), Err(Stop::Dry));
        let mut bits = Bits::new(&[1]);
        assert_eq!(bits.take(9), Err(Stop::Dry));
    }

    #[test]
    fn tables_that_say_more_than_there_is_are_none() {
        assert!(Codes::read(&[3; 16]).is_none());
        let counts = [3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert!(Codes::read(&[&counts[..], &[1, 2, 3]].concat()).is_none());
    }
}
