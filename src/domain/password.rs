//! Passwords, between the request and the hash.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::invalid::Invalid;

/// Fewest characters of a new password.
const MIN: usize = 8;
/// Most characters of any password: far above what people use, bounded for the hasher's sake.
const MAX: usize = 256;
/// Least zxcvbn score (0 to 4) of a new password: 2 resists online guessing.
const MIN_SCORE: u8 = 2;

/// A password in NFC. Prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// A password to compare with: anything of up to 256 characters; longer ones never match, so they are cut off as none.
    #[must_use]
    pub fn to_compare(raw: &str) -> Option<Self> {
        let text = (raw.len() <= MAX * 4).then(|| raw.nfc().collect::<String>())?;
        (text.chars().count() <= MAX).then_some(Self(text))
    }

    /// A new password: 8 to 256 characters, no composition rule, not among what is guessed first.
    /// `personal` are words that it must not be made of: the member's name and address.
    pub fn parse_new(field: &str, raw: &str, personal: &[&str]) -> Result<Self, Invalid> {
        let password = Self::to_compare(raw).filter(|p| p.0.chars().count() >= MIN);
        let password = password
            .ok_or_else(|| Invalid::new(field, format!("must have {MIN} to {MAX} characters")))?;
        let mut words = vec!["shotify", "marketplace", "photo"];
        words.extend(
            personal
                .iter()
                .flat_map(|w| [*w, w.split('@').next().unwrap_or(w)]),
        );
        let head: String = password.0.chars().take(100).collect();
        if u8::from(zxcvbn::zxcvbn(&head, &words).score()) < MIN_SCORE {
            return Err(Invalid::new(
                field,
                "is too easy to guess: use a longer or less common password",
            ));
        }
        Ok(password)
    }

    /// The secret itself, for the hasher alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(raw: &str) -> Result<Password, Invalid> {
        Password::parse_new("password", raw, &["amelia", "amelia.earhart@example.com"])
    }

    /// A2
    #[test]
    fn long_passphrases_pass_without_composition_rules() {
        for good in [
            "correct horse battery staple",
            "tr0ub4dor&3-x",
            "ÄÖÜ nachtigall weiß",
            &"horse mountain ".repeat(17),
        ] {
            assert!(new(good).is_ok(), "{good}");
        }
    }

    /// A2
    #[test]
    fn short_common_product_and_personal_words_are_refused() {
        for bad in [
            "",
            "short",
            "password",
            "12345678",
            "qwertyuiop",
            "shotify1",
            "Shotify2024",
            "amelia123",
            "amelia.earhart",
        ] {
            assert_eq!(new(bad).unwrap_err().field, "password", "{bad}");
        }
        assert!(new(&"x".repeat(257)).is_err());
    }

    /// N1
    #[test]
    fn a_password_does_not_print() {
        assert_eq!(
            format!("{:?}", new("correct horse battery staple").unwrap()),
            "***"
        );
    }

    #[test]
    fn composed_and_decomposed_are_the_same_password() {
        assert_eq!(
            Password::to_compare("caf\u{e9}"),
            Password::to_compare("cafe\u{301}")
        );
    }
}
