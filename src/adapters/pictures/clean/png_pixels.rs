//! Where the compressed pixels of a PNG end: behind the last byte of their stream nothing belongs to the picture.

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

/// What is unpacked at a time; it is only counted.
const WINDOW: usize = 64 << 10;

/// How many bytes of the chunks' bodies, taken together, belong to a stream of exactly `raw` bytes; nothing when they
/// hold more or fewer, or are no stream. Stops as soon as there are too many.
pub(super) fn end<'a>(chunks: impl Iterator<Item = &'a [u8]>, raw: u64) -> Option<usize> {
    let mut state = InflateState::new_boxed(DataFormat::ZLibIgnoreChecksum);
    let mut out = vec![0; WINDOW];
    let (mut made, mut used, mut ended) = (0, 0, false);
    for mut body in chunks.filter(|body| !body.is_empty()) {
        while !ended {
            let step = inflate(&mut state, body, &mut out, MZFlush::None);
            made += step.bytes_written as u64;
            used += step.bytes_consumed;
            body = &body[step.bytes_consumed..];
            ended = match step.status {
                Ok(status) => status == MZStatus::StreamEnd,
                // It waits for the next chunk.
                Err(MZError::Buf) if body.is_empty() => break,
                Err(_) => return None,
            };
            if made > raw {
                return None;
            }
        }
    }
    (made == raw).then_some(used)
}

/// Bytes of the rows before compression, each with its filter's number in front, in the seven passes where there are.
pub(super) fn raw_bytes(width: u32, height: u32, bits: u64, interlaced: bool) -> u64 {
    /// First column and row of each pass, and the steps between columns and rows.
    const PASSES: [[u32; 4]; 7] = [
        [0, 0, 8, 8],
        [4, 0, 8, 8],
        [0, 4, 4, 8],
        [2, 0, 4, 4],
        [0, 2, 2, 4],
        [1, 0, 2, 2],
        [0, 1, 1, 2],
    ];
    let pass = |[x, y, across, down]: [u32; 4]| {
        let columns = u64::from(width.saturating_sub(x).div_ceil(across));
        let rows = u64::from(height.saturating_sub(y).div_ceil(down));
        let row = if columns == 0 {
            0
        } else {
            1 + (columns * bits).div_ceil(8)
        };
        row * rows
    };
    if interlaced {
        PASSES.into_iter().map(pass).sum()
    } else {
        pass([0, 0, 1, 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::deflate::compress_to_vec_zlib;

    #[test]
    fn rows_are_counted_with_their_filters() {
        assert_eq!(raw_bytes(10, 4, 24, false), 4 * 31);
        assert_eq!(raw_bytes(9, 2, 1, false), 2 * 3);
        // One pixel is in the first pass only; eight by eight are 1, 1, 2, 4, 8, 16 and 32 pixels in 15 rows.
        assert_eq!(raw_bytes(1, 1, 24, true), 4);
        assert_eq!(raw_bytes(8, 8, 24, true), 15 + 64 * 3);
    }

    /// U3
    #[test]
    fn the_stream_ends_where_it_says_however_it_is_cut() {
        let noise: Vec<u8> = (0..200_000_u32)
            .map(|n| (n.wrapping_mul(n) >> 7).to_le_bytes()[0])
            .collect();
        let stream = compress_to_vec_zlib(&noise, 6);
        let foreign = [&stream[..], &[b'A'; 1000]].concat();
        for size in [1, 7, 4096, foreign.len()] {
            let found = end(foreign.chunks(size), 200_000).unwrap();
            assert_eq!(found, stream.len(), "in parts of {size}");
        }
        assert_eq!(
            end([&stream[..]].into_iter(), 199_999),
            None,
            "more than fits"
        );
        assert_eq!(
            end([&stream[..]].into_iter(), 200_001),
            None,
            "less than needed"
        );
        assert_eq!(end([&b"no stream"[..]].into_iter(), 9), None);
    }

    /// U4
    #[test]
    fn what_inflates_beyond_the_picture_is_given_up_at_once() {
        let bomb = compress_to_vec_zlib(&vec![0; 32 << 20], 1);
        assert_eq!(end([&bomb[..]].into_iter(), 1_000), None);
    }
}
