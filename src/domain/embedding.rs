//! What a picture looks like, as numbers: its embedding, and how alike two of them are.

use std::fmt;
use std::sync::Arc;

/// Names the model that made an embedding: those of different models cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ModelId(Arc<str>);

impl ModelId {
    /// From the name that the model has, at most 64 bytes of ASCII.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A direction in the space of a model: pictures that show alike things point alike. Its length is 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding {
    model: ModelId,
    values: Arc<[f32]>,
}

impl Embedding {
    /// Brings what a model has put out to length 1; none where it has no direction, or holds what is no number.
    #[must_use]
    pub fn new(model: ModelId, raw: &[f32]) -> Option<Self> {
        let length = raw
            .iter()
            .map(|v| f64::from(*v).powi(2))
            .sum::<f64>()
            .sqrt();
        if !length.is_finite() || length <= f64::from(f32::MIN_POSITIVE) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "a part of a unit vector")]
        let values = raw
            .iter()
            .map(|v| (f64::from(*v) / length) as f32)
            .collect();
        Some(Self { model, values })
    }

    /// One that was made before, read back from the database as it was.
    #[must_use]
    pub fn from_stored(model: ModelId, values: Vec<f32>) -> Self {
        Self {
            model,
            values: values.into(),
        }
    }

    /// Whose it is.
    #[must_use]
    pub const fn model(&self) -> &ModelId {
        &self.model
    }

    /// The numbers.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The cosine of the angle between two; none of different models.
    #[must_use]
    pub fn similarity(&self, other: &Self) -> Option<Similarity> {
        let comparable = self.model == other.model && self.values.len() == other.values.len();
        comparable.then(|| {
            let pairs = self.values.iter().zip(other.values.iter());
            Similarity::new(pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum())
        })
    }
}

/// How alike two pictures look: a cosine, -1 to 1, kept in millionths so that equal ones compare equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Similarity(i32);

impl Similarity {
    /// The same picture.
    pub const MOST: Self = Self(1_000_000);

    /// From a cosine; what lies outside -1 to 1 by rounding is put inside, what is no number is least alike.
    #[must_use]
    pub fn new(cosine: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "clamped to a million")]
        let millionths = (cosine.clamp(-1.0, 1.0) * 1e6).round() as i32;
        Self(if cosine.is_nan() {
            -1_000_000
        } else {
            millionths
        })
    }

    /// From millionths, a million at most.
    #[must_use]
    pub const fn from_millionths(millionths: i32) -> Self {
        Self(millionths)
    }

    /// In millionths.
    #[must_use]
    pub const fn millionths(self) -> i32 {
        self.0
    }

    /// The cosine.
    #[must_use]
    pub fn get(self) -> f64 {
        f64::from(self.0) / 1e6
    }
}

impl fmt::Display for Similarity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.get())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(raw: &[f32]) -> Option<Embedding> {
        Embedding::new(ModelId::new("m"), raw)
    }

    #[test]
    fn what_has_no_direction_is_no_embedding() {
        for raw in [
            &[0.0, 0.0][..],
            &[f32::NAN, 1.0],
            &[f32::INFINITY, 1.0],
            &[],
        ] {
            assert_eq!(of(raw), None, "{raw:?}");
        }
    }

    #[test]
    fn embeddings_of_different_models_are_not_compared() {
        let other = Embedding::new(ModelId::new("n"), &[1.0, 0.0]).unwrap();
        assert_eq!(of(&[1.0, 0.0]).unwrap().similarity(&other), None);
        assert_eq!(
            of(&[1.0]).unwrap().similarity(&of(&[1.0, 0.0]).unwrap()),
            None
        );
    }

    #[test]
    fn a_cosine_is_kept_to_six_digits_within_its_range() {
        assert_eq!(Similarity::new(1.000_000_3), Similarity::MOST);
        assert_eq!(Similarity::new(f64::NAN).millionths(), -1_000_000);
        assert_eq!(Similarity::new(0.123_456_7).to_string(), "0.123457");
    }

    proptest! {
        #[test]
        fn a_picture_is_most_like_itself(raw in prop::collection::vec(-10.0_f32..10.0, 1..40), scale in 0.1_f32..10.0) {
            prop_assume!(raw.iter().any(|v| v.abs() > 0.01));
            let one = of(&raw).unwrap();
            let scaled: Vec<f32> = raw.iter().map(|v| v * scale).collect();
            let similarity = one.similarity(&of(&scaled).unwrap()).unwrap();
            prop_assert!(similarity.millionths() >= 999_999);
        }
    }
}
