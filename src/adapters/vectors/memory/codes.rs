//! Vectors in whole numbers, and how they are compared.
//!
//! A vector is kept in a signed byte a part, times one scale; a query in two bytes a part, which cost nothing, for it
//! is one. A score is then one sum of products of whole numbers, which processors have instructions for.

use pulp::Arch;

/// The largest code of a part that is kept.
const MOST: i8 = i8::MAX;
/// A score is off by more than so many steps of the codes once in a billion. Each part is off by a uniform half step,
/// so that a query of length 1 gathers 0.29 steps of standard deviation, and 6 of those are 1.7.
const STEPS_OFF: f64 = 2.0;

/// A vector as it is kept: its codes times its scale.
pub(super) struct Codes {
    pub parts: Vec<i8>,
    pub scale: f32,
}

impl Codes {
    /// None of what has no direction.
    pub fn of(values: &[f32]) -> Option<Self> {
        let step = step(values, f32::from(MOST))?;
        #[expect(clippy::cast_possible_truncation, reason = "at most `MOST` steps")]
        let parts: Vec<i8> = values.iter().map(|v| (v / step).round() as i8).collect();
        #[expect(clippy::cast_possible_truncation, reason = "seven digits will do")]
        let scale = scale(values, &parts) as f32;
        Some(Self { parts, scale })
    }
}

/// What is searched for: its codes times its scale.
pub(super) struct Query {
    parts: Vec<i16>,
    scale: f64,
}

impl Query {
    /// None of what has no direction.
    pub fn of(values: &[f32]) -> Option<Self> {
        let step = step(values, f32::from(most(values.len())))?;
        #[expect(clippy::cast_possible_truncation, reason = "at most `most` steps")]
        let parts: Vec<i16> = values.iter().map(|v| (v / step).round() as i16).collect();
        let scale = scale(values, &parts);
        Some(Self { parts, scale })
    }

    /// Appends the sum of products with each of the vectors, one behind the other in `codes`.
    pub fn products(&self, arch: Arch, codes: &[i8], sums: &mut Vec<i32>) {
        // Without the attribute it would be compiled for what every processor has.
        arch.dispatch(
            #[inline(always)]
            || append(codes, &self.parts, sums),
        );
    }

    /// The cosine that a sum of products stands for, and by how much it may be off.
    pub fn score(&self, product: i32, scale: f32) -> (f64, f64) {
        let scale = f64::from(scale);
        let cosine = f64::from(product) * self.scale * scale;
        (cosine, STEPS_OFF * scale)
    }
}

/// Plain loops, for calls that are not inlined would lose the instructions of the caller.
#[expect(clippy::inline_always, reason = "instructions are those of the caller")]
#[inline(always)]
fn append(codes: &[i8], query: &[i16], sums: &mut Vec<i32>) {
    for vector in codes.chunks_exact(query.len()) {
        let mut sum = 0;
        for (v, q) in vector.iter().zip(query) {
            sum += i32::from(*v) * i32::from(*q);
        }
        sums.push(sum);
    }
}

/// The largest code of a query's part for which no sum of so many products overflows.
fn most(parts: usize) -> i16 {
    let largest = i32::MAX as usize / usize::from(MOST.unsigned_abs());
    i16::try_from(largest / parts.max(1)).unwrap_or(i16::MAX)
}

/// What one stands for, so that the largest part becomes `most`; none where there is no such number.
fn step(values: &[f32], most: f32) -> Option<f32> {
    let finite = values.iter().all(|value| value.is_finite());
    let largest = values.iter().fold(0.0_f32, |most, v| most.max(v.abs()));
    let step = largest / most;
    (finite && step.is_normal()).then_some(step)
}

/// Nearly the step, but such that a vector is exactly as long in its own direction as it was: the more alike, the less
/// are scores off.
fn scale<C: Copy + Into<f64>>(values: &[f32], codes: &[C]) -> f64 {
    let length: f64 = values.iter().map(|v| f64::from(*v).powi(2)).sum();
    let pairs = values.iter().zip(codes);
    length / pairs.map(|(v, c)| f64::from(*v) * (*c).into()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unit(raw: &[f32]) -> Vec<f32> {
        let length = raw.iter().map(|v| v * v).sum::<f32>().sqrt();
        raw.iter().map(|v| v / length).collect()
    }

    fn score(kept: &[f32], asked: &[f32]) -> (f64, f64) {
        let (kept, query) = (Codes::of(kept).unwrap(), Query::of(asked).unwrap());
        let mut products = Vec::new();
        query.products(Arch::new(), &kept.parts, &mut products);
        query.score(products[0], kept.scale)
    }

    #[test]
    fn what_has_no_direction_has_no_codes() {
        for values in [
            &[0.0, -0.0][..],
            &[f32::NAN, 1.0],
            &[f32::INFINITY, 1.0],
            &[1e-44],
            &[],
        ] {
            assert!(Codes::of(values).is_none(), "{values:?}");
            assert!(Query::of(values).is_none(), "{values:?}");
        }
    }

    #[test]
    fn the_largest_products_do_not_overflow() {
        for parts in [1, 2, 255, 516, 517, 1280, 100_000] {
            for sign in [1.0, -1.0] {
                let (score, _) = score(&vec![1.0; parts], &vec![sign; parts]);
                let length = f64::from(u32::try_from(parts).unwrap()) * sign_of(sign);
                assert!((score / length - 1.0).abs() < 1e-6, "{parts}: {score}");
            }
        }
    }

    fn sign_of(sign: f32) -> f64 {
        f64::from(sign)
    }

    #[test]
    fn every_set_of_instructions_sums_alike() {
        let part = |i: i32| i8::try_from(i * 37 % 255 - 127).unwrap();
        let parts: Vec<i8> = (0..1300).map(part).collect();
        let values: Vec<f32> = (0..130_u8).map(|i| f32::from(i) - 64.0).collect();
        let query = Query::of(&values).unwrap();
        let (mut wide, mut narrow) = (Vec::new(), Vec::new());
        query.products(Arch::new(), &parts, &mut wide);
        query.products(Arch::Scalar, &parts, &mut narrow);
        assert_eq!((wide.len(), &wide), (10, &narrow));
    }

    proptest! {
        #[test]
        fn a_vector_is_most_like_itself(raw in prop::collection::vec(-1.0_f32..1.0, 1..300)) {
            prop_assume!(raw.iter().any(|v| v.abs() > 0.01));
            let values = unit(&raw);
            prop_assert!((score(&values, &values).0 - 1.0).abs() < 2e-4);
        }

        #[test]
        fn scores_are_off_by_no_more_than_they_say(
            pairs in prop::collection::vec((-1.0_f32..1.0, -1.0_f32..1.0), 1..300),
        ) {
            let (one, other): (Vec<f32>, Vec<f32>) = pairs.into_iter().unzip();
            prop_assume!(one.iter().any(|v| v.abs() > 0.01) && other.iter().any(|v| v.abs() > 0.01));
            let (one, other) = (unit(&one), unit(&other));
            let exact: f64 = one.iter().zip(&other).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            let (score, slack) = score(&one, &other);
            prop_assert!((score - exact).abs() <= slack, "{} {} {}", score, exact, slack);
        }
    }
}
