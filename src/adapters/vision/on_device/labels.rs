//! From probabilities to labels.
//!
//! A thing's own name is believed when its class alone is probable enough. A kind of things ("dog") is believed when
//! the classes below it are so together: a dog whose breed the model cannot tell is a dog all the same. Only everyday
//! kinds become labels (`models/everyday.txt`); the others serve to find pictures by.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::classes::classes;
use crate::domain::label::Label;

static EVERYDAY: &str = include_str!("../../../../models/everyday.txt");

/// The least probability of a label that names a thing. Measured in `docs/vision.md`, as is the next.
pub const NAME_LEAST: f32 = 0.25;
/// The least probability of a label that names a kind of things.
pub const KIND_LEAST: f32 = 0.4;
/// Most labels of a picture.
pub const MOST_LABELS: usize = 10;

/// A label that the model can give.
struct Candidate {
    label: Label,
    classes: Vec<usize>,
    least: f32,
}

/// The labels that are believed where the classes have these probabilities, the most certain first, and the most
/// special first of those that are as certain as each other.
#[must_use]
pub fn believed(probabilities: &[f32]) -> Vec<Label> {
    let mut found: Vec<_> = candidates()
        .iter()
        .map(|candidate| (candidate, candidate.probability(probabilities)))
        .filter(|(candidate, probability)| *probability >= candidate.least)
        .collect();
    found.sort_by(|(a, more), (b, less)| {
        let special = || a.classes.len().cmp(&b.classes.len());
        let by_certainty = halves(*less).total_cmp(&halves(*more)).then_with(special);
        by_certainty.then(less.total_cmp(more))
    });
    let labels = found.iter().map(|(candidate, _)| candidate.label.clone());
    labels.take(MOST_LABELS).collect()
}

/// Certain or only likely. A kind is never less probable than what it is a kind of, so that finer steps would put
/// "animal" before "cat"; with these a right label comes first more often.
fn halves(probability: f32) -> f32 {
    (probability * 2.0).round()
}

impl Candidate {
    fn probability(&self, probabilities: &[f32]) -> f32 {
        let known = self.classes.iter().filter_map(|at| probabilities.get(*at));
        known.sum()
    }
}

fn candidates() -> &'static [Candidate] {
    static CANDIDATES: LazyLock<Vec<Candidate>> = LazyLock::new(gather);
    &CANDIDATES
}

fn gather() -> Vec<Candidate> {
    let mut named: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut kinds: HashMap<&str, Vec<usize>> = everyday().map(|kind| (kind, vec![])).collect();
    for (at, class) in classes().iter().enumerate() {
        named.entry(&class.name).or_default().push(at);
        for word in class.words().filter(|word| *word != &class.name) {
            if let Some(below) = kinds.get_mut(word.as_str()) {
                below.push(at);
            }
        }
    }
    // What is both ("mask") is the kind, with the thing itself below it.
    for (kind, below) in &mut kinds {
        below.extend(named.remove(kind).unwrap_or_default());
    }
    let named = named.into_iter().filter_map(of_least(NAME_LEAST));
    let mut all: Vec<_> = named
        .chain(kinds.into_iter().filter_map(of_least(KIND_LEAST)))
        .collect();
    all.sort_by(|a, b| a.label.cmp(&b.label));
    all
}

fn of_least(least: f32) -> impl Fn((&str, Vec<usize>)) -> Option<Candidate> {
    move |(word, classes)| {
        let label = Label::parse(word).ok()?;
        Some(Candidate {
            label,
            classes,
            least,
        })
    }
}

fn everyday() -> impl Iterator<Item = &'static str> {
    let lines = EVERYDAY.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(certain: &[(&str, f32)]) -> Vec<String> {
        let mut probabilities = vec![0.0; 1000];
        for (name, probability) in certain {
            let at = classes().iter().position(|class| class.name == *name);
            probabilities[at.unwrap()] = *probability;
        }
        let labels = believed(&probabilities).into_iter();
        labels.map(|label| label.as_str().to_owned()).collect()
    }

    #[test]
    fn a_thing_is_labelled_with_its_name_and_its_everyday_kinds() {
        let labels = texts(&[("golden retriever", 0.9)]);
        assert_eq!(labels, ["golden retriever", "dog", "animal"]);
    }

    #[test]
    fn a_dog_of_doubtful_breed_is_a_dog() {
        let breeds = ["beagle", "collie", "pug", "boxer"].map(|breed| (breed, 0.2));
        assert_eq!(texts(&breeds), ["dog", "animal"]);
    }

    #[test]
    fn nothing_is_said_where_nothing_is_certain() {
        assert_eq!(texts(&[("beagle", 0.1), ("umbrella", 0.2)]), [""; 0]);
        assert_eq!(believed(&[]), []);
    }

    #[test]
    fn the_most_certain_comes_first() {
        let labels = texts(&[("umbrella", 0.4), ("tabby", 0.8)]);
        assert_eq!(labels[0], "tabby");
        assert!(labels.contains(&"umbrella".to_owned()));
    }

    #[test]
    fn no_picture_has_more_than_ten_labels() {
        assert!(believed(&[1.0; 1000]).len() == MOST_LABELS);
    }

    #[test]
    fn every_everyday_kind_is_known_to_the_table() {
        for kind in everyday() {
            let known = classes().iter().any(|c| c.kinds.iter().any(|k| k == kind));
            assert!(known, "{kind}");
        }
    }
}
