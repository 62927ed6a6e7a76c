//! Changes of inputs at random, as fuzzers make them, that proptest can take back one by one.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

#[derive(Debug, Clone)]
enum Change {
    Flip(Index, u8),
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Piece(Index, Index, u8),
    Remove(Index, Index),
    Repeat(Index, u8, u8),
    Splice(Index, Index, Index, Index),
    End(Index),
}

/// A seed, and what is done to it one after the other.
#[derive(Debug, Clone)]
pub struct Changes {
    seed: Index,
    changes: Vec<Change>,
}

pub fn changes() -> impl Strategy<Value = Changes> {
    let place = any::<Index>;
    let change = prop_oneof![
        4 => (place(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        3 => (place(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        2 => (place(), vec(any::<u8>(), 1..9)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        4 => (place(), place(), 1..60_u8).prop_map(|(at, piece, times)| Change::Piece(at, piece, times)),
        2 => (place(), place()).prop_map(|(from, to)| Change::Remove(from, to)),
        1 => (place(), any::<u8>(), 1..60_u8).prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        2 => (place(), place(), place(), place()).prop_map(|(at, other, from, to)| Change::Splice(at, other, from, to)),
        1 => place().prop_map(Change::End),
    ];
    (place(), vec(change, 0..8)).prop_map(|(seed, changes)| Changes { seed, changes })
}

impl Changes {
    pub fn applied(&self, seeds: &[Vec<u8>], pieces: &[&str]) -> Vec<u8> {
        let mut bytes = self.seed.get(seeds).clone();
        for change in &self.changes {
            change.apply(&mut bytes, seeds, pieces);
        }
        bytes
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>, seeds: &[Vec<u8>], pieces: &[&str]) {
        let at = |index: Index, bytes: &[u8]| index.index(bytes.len() + 1);
        match self {
            Self::Flip(index, bit) if !bytes.is_empty() => {
                *index.get_mut(bytes.as_mut_slice()) ^= 1 << bit;
            }
            Self::Set(index, byte) if !bytes.is_empty() => {
                *index.get_mut(bytes.as_mut_slice()) = *byte;
            }
            Self::Flip(..) | Self::Set(..) => {}
            Self::Insert(index, new) => insert(bytes, at(*index, bytes), new),
            Self::Piece(index, piece, times) => {
                // Once is what most pieces are good for.
                let times = if times % 4 == 0 {
                    usize::from(*times)
                } else {
                    1
                };
                insert(
                    bytes,
                    at(*index, bytes),
                    piece.get(pieces).repeat(times).as_bytes(),
                );
            }
            Self::Remove(from, to) => {
                let range = range(*from, *to, bytes);
                bytes.drain(range);
            }
            Self::Repeat(index, length, times) => {
                let from = at(*index, bytes);
                let to = (from + usize::from(*length)).min(bytes.len());
                let again = bytes[from..to].repeat(usize::from(*times));
                insert(bytes, to, &again);
            }
            Self::Splice(index, other, from, to) => {
                let other = other.get(seeds);
                insert(bytes, at(*index, bytes), &other[range(*from, *to, other)]);
            }
            Self::End(index) => bytes.truncate(at(*index, bytes)),
        }
    }
}

fn range(from: Index, to: Index, bytes: &[u8]) -> std::ops::Range<usize> {
    let (one, other) = (from.index(bytes.len() + 1), to.index(bytes.len() + 1));
    one.min(other)..one.max(other)
}

fn insert(bytes: &mut Vec<u8>, at: usize, new: &[u8]) {
    bytes.splice(at..at, new.iter().copied());
}
