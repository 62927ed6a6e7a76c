//! Whether two pictures are the same photograph, though their files differ: resized, compressed, cut, mirrored.

use super::embedding::Similarity;

/// The least similarity of two pictures of the same photograph. Not measured yet, nor are the two below:
/// `cargo run --release --example measure_vision` tells what they miss and what they confuse.
pub const LEAST_SIMILARITY: Similarity = Similarity::from_millionths(900_000);

/// Most bits in which the perceptual hashes of the same photograph differ.
pub const MOST_BITS: u32 = 12;

/// The bits of a perceptual hash that change sides when its picture is mirrored: those of the waves that go an odd
/// number of half turns from left to right.
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

/// Whether two pictures are taken for the same photograph: the model sees the same in them, and their brightness is
/// laid out alike.
#[must_use]
pub const fn same_picture(a_hash: u64, b_hash: u64, similarity: Similarity) -> bool {
    similarity.millionths() >= LEAST_SIMILARITY.millionths()
        && distance(a_hash, b_hash) <= MOST_BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: u64 = 0x1234_5678_9ABC_DEF0;

    #[test]
    fn a_picture_is_the_same_as_itself_and_its_mirror() {
        assert!(same_picture(HASH, HASH, Similarity::MOST));
        assert!(same_picture(HASH, HASH ^ MIRRORED, Similarity::MOST));
        assert_eq!(distance(HASH, HASH ^ MIRRORED ^ 0b111), 3);
    }

    #[test]
    fn one_sign_alone_is_not_enough() {
        let far = HASH ^ 0x0F0F_0F0F_0F0F_0F0F;
        assert!(!same_picture(HASH, far, Similarity::MOST));
        assert!(!same_picture(HASH, HASH, Similarity::new(0.5)));
    }

    #[test]
    fn the_bounds_belong_to_the_same_picture() {
        let bits = HASH ^ ((1 << MOST_BITS) - 1);
        assert!(same_picture(HASH, bits, LEAST_SIMILARITY));
        assert!(!same_picture(
            HASH,
            HASH ^ ((2 << MOST_BITS) - 1),
            LEAST_SIMILARITY
        ));
    }
}
