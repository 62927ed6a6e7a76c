//! What all texts have in common: NFC, trimmed, counted in characters, without control characters.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use super::invalid::Invalid;

/// Whether a character may not stand in a line of text: controls, and the line and paragraph separators
/// and bidirectional overrides that could forge how the text reads.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Whether a character shows something by itself: no white space, no format character, no combining mark, and
/// none of those that Unicode draws as nothing (Hangul fillers, the blank Braille pattern, its ignorable blocks).
/// Characters newer than our tables count as visible.
fn is_visible(c: char) -> bool {
    let blank = matches!(c, '\u{115F}' | '\u{1160}' | '\u{2065}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFF8}' | '\u{E0000}'..='\u{E0FFF}');
    let drawn = match c.general_category_group() {
        GeneralCategoryGroup::Mark | GeneralCategoryGroup::Separator => false,
        GeneralCategoryGroup::Other => c.general_category() != GeneralCategory::Format,
        _ => true,
    };
    drawn && !blank && !c.is_whitespace()
}

/// Brings a text into the form that is kept and checks its length in Unicode scalar values.
/// One that must not be empty needs a visible character. `multiline` also lets line breaks and tabs stand (descriptions, biographies).
pub(super) fn normalise(
    field: &str,
    raw: &str,
    min: usize,
    max: usize,
    multiline: bool,
) -> Result<String, Invalid> {
    // Normalising can triple a text: what is far too long is refused before that work is done.
    if raw.len() > max.saturating_mul(64).saturating_add(4096) {
        return Err(length(field, min, max));
    }
    let text: String = raw.nfc().collect::<String>().trim().replace("\r\n", "\n");
    if text
        .chars()
        .any(|c| is_forbidden(c) && !(multiline && matches!(c, '\n' | '\t')))
    {
        return Err(Invalid::new(field, "must not contain control characters"));
    }
    let count = text.chars().count();
    if !(min..=max).contains(&count) {
        return Err(length(field, min, max));
    }
    if min > 0 && !text.chars().any(is_visible) {
        return Err(Invalid::new(field, "must have a visible character"));
    }
    Ok(text)
}

fn length(field: &str, min: usize, max: usize) -> Invalid {
    Invalid::new(field, format!("must have {min} to {max} characters"))
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $field:literal, $min:literal..=$max:literal, $multiline:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// Normalises and checks; the error names the field.
            pub fn parse(raw: &str) -> Result<Self, Invalid> {
                normalise($field, raw, $min, $max, $multiline).map(Self)
            }

            /// A value read back from the database, where only parsed ones are written.
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
    };
}

text!(
    /// A product's title: 1 to 100 characters.
    Title, "title", 1..=100, false
);
text!(
    /// A product's description: at most 400 characters.
    Description, "description", 0..=400, true
);
text!(
    /// What a member says of themself: at most 400 characters.
    Bio, "bio", 0..=400, true
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_composed_and_trimmed() {
        assert_eq!(Title::parse("  Cafe\u{301} ").unwrap().as_str(), "Café");
        assert_eq!(Description::parse("a\r\nb").unwrap().as_str(), "a\nb");
    }

    #[test]
    fn lengths_count_characters_not_bytes() {
        assert!(Title::parse(&"日".repeat(100)).is_ok());
        let refused = Title::parse(&"日".repeat(101)).unwrap_err();
        assert_eq!(
            (refused.field.as_str(), refused.message.as_str()),
            ("title", "must have 1 to 100 characters")
        );
        assert!(Title::parse("   ").is_err());
        assert!(Description::parse("").is_ok());
        assert!(Description::parse(&"x".repeat(401)).is_err());
        assert!(Bio::parse(&"x".repeat(10_000_000)).is_err());
    }

    #[test]
    fn a_title_needs_a_visible_character() {
        for blank in [
            "\u{200B}",
            "\u{200D}\u{2060}",
            "\u{AD}",
            "\u{301}",
            "\u{FE0F}",
            "\u{E0041}",
            "\u{3164}",
            "\u{2800}",
            "\u{200B} \u{A0}\u{200B}",
        ] {
            let refused = Title::parse(blank).unwrap_err();
            assert_eq!(
                refused.message, "must have a visible character",
                "{blank:?}"
            );
        }
        for seen in [
            "a\u{200B}",
            ".",
            "👩\u{200D}🚀",
            "❤\u{FE0F}",
            "\u{E000}",
            "日",
        ] {
            assert!(Title::parse(seen).is_ok(), "{seen:?}");
        }
        assert!(Bio::parse("\u{200B}").is_ok(), "it may be empty");
    }

    #[test]
    fn control_characters_are_refused() {
        for bad in ["a\0b", "a\nb", "a\u{2028}b", "a\u{202E}b", "a\u{7f}b"] {
            assert!(Title::parse(bad).is_err(), "{bad:?}");
        }
        assert!(Description::parse("a\nb\tc").is_ok());
        assert!(Description::parse("a\u{0}b").is_err());
    }
}
