//! Words by which a label is found besides its own, from the table of the model's classes.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::classes::classes;
use crate::domain::label::Label;
use crate::ports::vision::Thesaurus;

/// Knows the names of the model's classes and of the kinds above them, and nothing else.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClassThesaurus;

impl Thesaurus for ClassThesaurus {
    fn related(&self, label: &Label) -> Vec<String> {
        let known = related_words().get(label.as_str());
        let words = known.into_iter().flatten();
        words.map(|word| (*word).to_owned()).collect()
    }
}

type Related = HashMap<&'static str, Vec<&'static str>>;

fn related_words() -> &'static Related {
    static RELATED: LazyLock<Related> = LazyLock::new(relate);
    &RELATED
}

/// What is the name of a thing and of a kind at once ("mask") has the words of both.
fn relate() -> Related {
    let mut related: Related = above_kinds();
    for class in classes() {
        for name in class.names() {
            let words = related.entry(name).or_default();
            let others = class.words().filter(|word| *word != name);
            for word in others.map(String::as_str) {
                if !words.contains(&word) {
                    words.push(word);
                }
            }
        }
    }
    related
}

/// Of each kind, what all things of that kind are besides: a dog is an animal, but not every dog is a terrier.
fn above_kinds() -> Related {
    let mut rows: HashMap<&'static str, Vec<(usize, &'static [String])>> = HashMap::new();
    for class in classes() {
        for (at, kind) in class.kinds.iter().enumerate() {
            rows.entry(kind).or_default().push((at, &class.kinds));
        }
    }
    let above = rows.into_iter();
    above
        .map(|(kind, rows)| (kind, shared(kind, &rows)))
        .collect()
}

/// The words that stand behind a kind in some row, and anywhere in all: where the ways up from a thing have
/// different lengths, a wider kind may stand before a narrower one.
fn shared(kind: &str, rows: &[(usize, &'static [String])]) -> Vec<&'static str> {
    let mut words: Vec<&'static str> = Vec::new();
    for word in rows.iter().flat_map(|(at, kinds)| &kinds[at + 1..]) {
        let everywhere = rows.iter().all(|(_, kinds)| kinds.contains(word));
        if everywhere && word != kind && !words.contains(&word.as_str()) {
            words.push(word);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn related(label: &str) -> Vec<String> {
        ClassThesaurus.related(&Label::parse(label).unwrap())
    }

    #[track_caller]
    fn finds(label: &str, word: &str) {
        assert!(related(label).iter().any(|w| w == word), "{label}: {word}");
    }

    #[test]
    fn a_thing_is_found_by_what_it_is_a_kind_of() {
        finds("goldfish", "fish");
        finds("goldfish", "animal");
        finds("Golden Retriever", "dog");
    }

    #[test]
    fn other_names_lead_to_each_other() {
        finds("ice bear", "polar bear");
        finds("polar bear", "ice bear");
        finds("polar bear", "bear");
    }

    #[test]
    fn a_kind_is_found_by_wider_kinds_only() {
        let dog = related("dog");
        assert!(dog.iter().any(|word| word == "mammal"));
        assert!(dog.iter().any(|word| word == "animal"));
        assert!(!dog.iter().any(|word| word == "terrier" || word == "beagle"));
    }

    #[test]
    fn one_name_of_two_things_is_found_by_the_words_of_both() {
        finds("crane", "wading bird");
        finds("crane", "lifting device");
        finds("cardigan", "sweater");
        finds("cardigan", "dog");
    }

    #[test]
    fn nothing_is_related_to_itself_or_named_twice() {
        for (word, words) in related_words() {
            assert!(!words.contains(word), "{word}");
            let mut once = words.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), words.len(), "{word}");
        }
    }

    #[test]
    fn nothing_is_known_of_an_unknown_word() {
        assert_eq!(related("my holidays"), [""; 0]);
    }
}
