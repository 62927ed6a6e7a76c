//! Labels: lower-case words on a product.

use super::invalid::Invalid;
use super::text::normalise;

/// Most labels a product carries (rules, Text).
pub const MAX_LABELS: usize = 30;

/// A label: 1 to 50 characters, lower case, NFC.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(String);

impl Label {
    /// Normalises, lower-cases and checks one label.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        let text = normalise("labels", raw, 1, 50, false)?;
        // Lower-casing may lengthen a text or take its composition apart ("İ"), so it is judged again.
        normalise("labels", &text.to_lowercase(), 1, 50, false).map(Self)
    }

    /// All labels of a product: each once, in the order given, at most [`MAX_LABELS`].
    pub fn parse_all<S: AsRef<str>>(raw: &[S]) -> Result<Vec<Self>, Invalid> {
        let mut labels = Vec::new();
        for (index, text) in raw.iter().enumerate() {
            let label = Self::parse(text.as_ref())
                .map_err(|e| Invalid::new(format!("labels.{index}"), e.message))?;
            if !labels.contains(&label) {
                labels.push(label);
            }
            if labels.len() > MAX_LABELS {
                return Err(Invalid::new(
                    "labels",
                    format!("must be at most {MAX_LABELS}"),
                ));
            }
        }
        Ok(labels)
    }

    /// A label read back from the database.
    #[must_use]
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How many images that a viewer may see carry a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelCount {
    /// The label.
    pub label: Label,
    /// Images with it.
    pub count: i64,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn labels_are_lower_case_and_unique() {
        let labels = Label::parse_all(&["Dog", " dog ", "ÉTÉ", "é"]).unwrap();
        let texts: Vec<_> = labels.iter().map(Label::as_str).collect();
        assert_eq!(texts, ["dog", "été", "é"]);
    }

    #[test]
    fn a_refused_label_is_named_by_its_index() {
        assert_eq!(Label::parse_all(&["a", ""]).unwrap_err().field, "labels.1");
        assert_eq!(
            Label::parse_all(&["a".repeat(51)]).unwrap_err().field,
            "labels.0"
        );
    }

    #[test]
    fn a_label_needs_a_visible_character() {
        for blank in ["\u{200B}", "\u{301}", "\u{3164}"] {
            assert!(Label::parse(blank).is_err(), "{blank:?}");
        }
        assert!(Label::parse("👩\u{200D}🚀").is_ok());
    }

    #[test]
    fn thirty_labels_pass_and_one_more_does_not() {
        let names: Vec<_> = (0..31).map(|n| format!("label {n}")).collect();
        assert!(Label::parse_all(&names[..30]).is_ok());
        assert_eq!(Label::parse_all(&names).unwrap_err().field, "labels");
    }

    #[test]
    fn a_parsed_label_parses_to_itself() {
        for raw in ["İstanbul", "ẞ", "ΌΣΟΣ", "Ǆ"] {
            let once = Label::parse(raw).unwrap();
            assert_eq!(Label::parse(once.as_str()).unwrap(), once);
        }
    }
    proptest! {
        /// X3
        #[test]
        fn a_label_of_any_text_is_bounded_and_parses_to_itself(text in "\\PC{0,60}|.{0,80}") {
            if let Ok(once) = Label::parse(&text) {
                prop_assert!((1..=50).contains(&once.as_str().chars().count()));
                prop_assert_eq!(Label::parse(once.as_str()), Ok(once));
            }
        }

        /// X3
        #[test]
        fn labels_of_any_texts_are_few_and_each_stands_once(texts in prop::collection::vec("[a-dA-D ÄäßẞİI]{0,4}", 0..40)) {
            if let Ok(labels) = Label::parse_all(&texts) {
                let distinct: std::collections::BTreeSet<_> = labels.iter().collect();
                prop_assert!(labels.len() == distinct.len() && labels.len() <= MAX_LABELS);
            }
        }
    }
}
