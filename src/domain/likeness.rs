//! Whether two pictures are the same photograph, though their files differ: resized, compressed, cut, mirrored.
//!
//! The bounds were chosen by `scripts/measure` (`docs/vision.md`): between different photographs and their copies the
//! hashes are at least 12 bits apart, and the embeddings at most 0.823 alike.

use super::embedding::Similarity;

/// With hashes that are nearly equal, embeddings of the same photograph are at least so alike: a watermark, or a much
/// smaller copy, changes much of what the model sees and little of how the light is laid out.
pub const LEAST_SIMILARITY: Similarity = Similarity::from_millionths(500_000);

/// Most bits in which nearly equal hashes differ.
pub const MOST_BITS: u32 = 8;

/// So alike are embeddings of the same photograph only, whatever the hashes: a cut moves all the waves that these are
/// made of, and changes little of what is seen.
pub const CERTAIN_SIMILARITY: Similarity = Similarity::from_millionths(860_000);

/// The bits of a perceptual hash that change sides when its picture is mirrored: those of the waves that go an odd
/// number of half turns from left to right. Each byte holds the eight of a row, the slowest in its lowest bit.
const MIRRORED: u64 = 0xAAAA_AAAA_AAAA_AAAA;

/// In how many bits two perceptual hashes differ, whether one of the pictures is mirrored or not.
#[must_use]
pub const fn distance(a: u64, b: u64) -> u32 {
    let (straight, mirrored) = ((a ^ b).count_ones(), (a ^ b ^ MIRRORED).count_ones());
    if straight < mirrored {
        straight
    } else {
        mirrored
    }
}

/// Whether two pictures are taken for the same photograph.
#[must_use]
pub fn same_picture(a_hash: u64, b_hash: u64, similarity: Similarity) -> bool {
    let near = similarity >= LEAST_SIMILARITY && distance(a_hash, b_hash) <= MOST_BITS;
    near || similarity >= CERTAIN_SIMILARITY
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: u64 = 0x1234_5678_9ABC_DEF0;
    /// As far from it as a stranger's.
    const FAR: u64 = HASH ^ 0x0F0F_0F0F_0F0F_0F0F;

    fn less(similarity: Similarity) -> Similarity {
        Similarity::from_millionths(similarity.millionths() - 1)
    }

    #[test]
    fn a_picture_is_the_same_as_itself_and_its_mirror() {
        assert!(same_picture(HASH, HASH, Similarity::MOST));
        assert!(same_picture(HASH, HASH ^ MIRRORED, LEAST_SIMILARITY));
        assert_eq!(distance(HASH, HASH ^ MIRRORED ^ 0b111), 3);
    }

    #[test]
    fn light_laid_out_alike_needs_some_likeness_of_what_is_seen() {
        let bits = HASH ^ ((1 << MOST_BITS) - 1);
        assert!(same_picture(HASH, bits, LEAST_SIMILARITY));
        assert!(!same_picture(HASH, bits, less(LEAST_SIMILARITY)));
        let more = HASH ^ ((2 << MOST_BITS) - 1);
        assert!(!same_picture(HASH, more, LEAST_SIMILARITY));
    }

    #[test]
    fn what_looks_nearly_equal_is_the_same_however_it_is_cut() {
        assert!(same_picture(HASH, FAR, CERTAIN_SIMILARITY));
        assert!(!same_picture(HASH, FAR, less(CERTAIN_SIMILARITY)));
    }
}
