//! How a text is cut into words for search: the same on every engine, because it happens here.
//!
//! Words are runs of letters and digits, folded: NFKD, marks stripped, lower case, and ß ss, ø o, ł l, æ ae.
//! Scripts written without spaces (Han, Hiragana, Katakana) count character by character (rules, Text).

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// The longest word, in bytes, that an index takes as it is.
const MAX_BYTES: usize = 1024;

/// A folded word, never empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(String);

impl Word {
    /// All words of a text, in order, with repetitions.
    #[must_use]
    pub fn all(text: &str) -> Vec<Self> {
        let mut words = Vec::new();
        let mut run = String::new();
        for c in folded(text) {
            if is_single(c) {
                flush(&mut run, &mut words);
                words.push(Self(c.to_string()));
            } else if c.is_alphanumeric() {
                run.push(c);
            } else {
                flush(&mut run, &mut words);
            }
        }
        flush(&mut run, &mut words);
        words
    }

    /// The folded text in UTF-8. A word beyond 1024 bytes is cut there, in queries and in the index alike.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn flush(run: &mut String, words: &mut Vec<Word>) {
    if !run.is_empty() {
        let mut word = std::mem::take(run);
        word.truncate(word.floor_char_boundary(MAX_BYTES));
        words.push(Word(word));
    }
}

/// The characters of a text after folding.
fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    // Lower-casing first and last: capital sharp s and dotted capital I only fold when lowered, and
    // compatibility forms only show their capitals when taken apart.
    let lower = text.chars().flat_map(char::to_lowercase);
    lower
        .nfkd()
        .filter(|c| c.general_category_group() != GeneralCategoryGroup::Mark)
        .flat_map(char::to_lowercase)
        .flat_map(plain)
}

/// Letters that no decomposition takes apart.
fn plain(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'ø' => ('o', None),
        'ł' => ('l', None),
        'ς' => ('σ', None),
        other => (other, None),
    };
    std::iter::once(first).chain(second)
}

/// Scripts whose words are not separated: each character is a word.
const fn is_single(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{309D}'..='\u{309F}' | '\u{30A1}'..='\u{30FA}'
        | '\u{30FC}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}')
}

/// What a search text asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum WordQuery {
    /// Nothing was given: no narrowing.
    #[default]
    Any,
    /// A text without a word: finds nothing.
    Nothing,
    /// All of these, each once.
    All(Vec<Word>),
}

impl WordQuery {
    /// Reads a search text; the empty string is as if not given.
    #[must_use]
    pub fn parse(text: Option<&str>) -> Self {
        let Some(text) = text.filter(|t| !t.is_empty()) else {
            return Self::Any;
        };
        let mut words = Word::all(text);
        words.sort();
        words.dedup();
        if words.is_empty() {
            Self::Nothing
        } else {
            Self::All(words)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<String> {
        Word::all(text).into_iter().map(|w| w.0).collect()
    }

    #[test]
    fn words_are_folded_runs_of_letters_and_digits() {
        assert_eq!(
            words("Café_au-lait, 2nd CUP!"),
            ["cafe", "au", "lait", "2nd", "cup"]
        );
        assert_eq!(
            words("Straße ẞ Øre Łódź Ærø"),
            ["strasse", "ss", "ore", "lodz", "aero"]
        );
        assert_eq!(words("ﬁne ½ ①"), ["fine", "1", "2", "1"]);
        assert_eq!(words("İstanbul ΌΣΟΣ"), ["istanbul", "οσοσ"]);
        assert_eq!(words("%_'\"\\ \0"), Vec::<String>::new());
    }

    #[test]
    fn scripts_without_spaces_count_by_character() {
        assert_eq!(words("富士山 at dawn"), ["富", "士", "山", "at", "dawn"]);
        assert_eq!(words("カメラ3"), ["カ", "メ", "ラ", "3"]);
    }

    #[test]
    fn an_empty_query_is_none_and_one_without_words_finds_nothing() {
        assert_eq!(WordQuery::parse(None), WordQuery::Any);
        assert_eq!(WordQuery::parse(Some("")), WordQuery::Any);
        assert_eq!(WordQuery::parse(Some(" %_ ")), WordQuery::Nothing);
        assert_eq!(
            WordQuery::parse(Some("b a b")),
            WordQuery::All(vec![Word("a".into()), Word("b".into())])
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn folding_is_stable(text in "\\PC{0,60}") {
            let once = words(&text);
            prop_assert_eq!(words(&once.join(" ")), once);
        }

        /// X3
        #[test]
        fn a_text_is_found_by_every_text_that_folds_the_same(text in "\\PC{0,40}") {
            let decomposed: String = text.nfd().collect();
            for same in [text.to_uppercase(), text.to_lowercase(), decomposed, format!("  {text}!")] {
                if !text.is_empty() && words(&same) == words(&text) {
                    prop_assert_eq!(WordQuery::parse(Some(&same)), WordQuery::parse(Some(&text)));
                }
            }
            let decomposed: String = text.nfd().collect();
            prop_assert_eq!(words(&decomposed), words(&text), "accents written apart are the same");
        }

        /// X3
        #[test]
        fn words_are_bounded_whatever_the_text(text in "(.|ﷺ){0,1200}") {
            for word in Word::all(&text) {
                prop_assert!((1..=1024).contains(&word.as_str().len()));
            }
        }

        #[test]
        fn case_never_matters(text in "\\PC{0,40}") {
            prop_assert_eq!(words(&text.to_lowercase()), words(&text));
        }
    }
}
