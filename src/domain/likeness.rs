//! Whether two files show the same picture: by the look of both and their perceptual hashes.

use super::embedding::Similarity;

/// Embeddings of the same picture are at least so alike.
pub const LEAST: f64 = 0.85;
/// Bits in which the hashes of the same picture differ at most.
const MOST_BITS: u32 = 16;
/// Odd waves from left to right change their sign in a mirror. Each byte holds the eight of a row, the slowest in its
/// lowest bit.
const MIRROR: u64 = 0xAAAA_AAAA_AAAA_AAAA;

/// Whether two pictures, by their perceptual hashes and the similarity of their embeddings, are the same.
#[must_use]
pub fn same_picture(one: u64, other: u64, similarity: Similarity) -> bool {
    let straight = (one ^ other).count_ones();
    let mirrored = (one ^ other ^ MIRROR).count_ones();
    similarity >= Similarity::new(LEAST) && straight.min(mirrored) <= MOST_BITS
}
