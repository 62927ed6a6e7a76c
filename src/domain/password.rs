//! Passwords, between the request and the hash.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::invalid::Invalid;

/// Fewest characters of a new password.
const MIN: usize = 8;
/// Most characters of any password: far above what people use, bounded for the hasher's sake.
const MAX: usize = 256;
/// Most characters that are scored: a longer password is judged by its first ones.
const SCORED: usize = 32;
/// Most work of the scoring, in readings times characters squared, for it goes over all pieces of all readings.
/// The first seven characters never reach it, whatever they are.
const MOST_WORK: usize = 16_384;
/// What zxcvbn reads as letters: the signs for a letter of its own, and those that may stand for two letters.
const SIGNS: [(&str, &str); 12] = [
    ("4@", ""),
    ("8", ""),
    ("({[<", ""),
    ("3", ""),
    ("69", ""),
    ("!", "1|"),
    ("", "1|7"),
    ("0", ""),
    ("$5", ""),
    ("+", "7"),
    ("%", ""),
    ("2", ""),
];
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
        if u8::from(zxcvbn::zxcvbn(&head(&password.0), &words).score()) < MIN_SCORE {
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

/// The characters that are scored. zxcvbn tries every combination of letters that the signs in a password may stand
/// for, which a stranger can drive up without end: the head ends before that is too much work. Only passwords that
/// begin with many different signs have a short one.
fn head(password: &str) -> String {
    let mut head = Vec::new();
    for character in password.chars().take(SCORED) {
        head.push(character);
        if readings(&head) * head.len() * head.len() > MOST_WORK {
            head.pop();
            break;
        }
    }
    head.truncate(whole_repetitions(&head));
    head.into_iter().collect()
}

/// The length of what is repeated from the start, without a rest that would look like something new.
fn whole_repetitions(head: &[char]) -> usize {
    let length = head.len();
    let repeats = |period: &usize| head[*period..] == head[..length - period];
    let period = (1..=length / 2).find(repeats);
    period.map_or(length, |period| length - length % period)
}

/// At most how many combinations zxcvbn tries: the product of what each letter may be written as. A sign that may stand
/// for another letter counts twice, for it is also tried without.
fn readings(head: &[char]) -> usize {
    let of_letter = |(own, shared): &(&str, &str)| {
        let present = |signs: &str| signs.chars().filter(|sign| head.contains(sign)).count();
        (present(own) + 2 * present(shared)).max(1)
    };
    SIGNS.iter().map(of_letter).product()
}

#[cfg(test)]
#[expect(
    clippy::duplicate_mod,
    reason = "unit tests of several layers share it"
)]
#[path = "../../tests/fixtures/cpu_time.rs"]
mod cpu_time;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::cpu_time::cpu_time;
    use super::*;

    /// What zxcvbn reads as letters, all of it.
    const ALL_SIGNS: &str = "4@8({[<369&#!1|/0$5+7%2";

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
            "({[<1|7+!4@69$5",
            "<[{(|17!9sunrise over the pier",
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

    /// A2
    #[test]
    fn what_is_common_stays_common_however_often_it_is_repeated() {
        for common in [
            "password",
            "qwertyuiop",
            "1234567890",
            "p4$$w0rd",
            "letmein",
            "amelia",
            "x",
            "!@#$%^&*()",
        ] {
            for length in [32, 33, 100, 256] {
                let long: String = common.chars().cycle().take(length).collect();
                assert!(new(&long).is_err(), "{long}");
            }
        }
    }

    /// L3: the CPU time of the thread, which does not depend on how busy the machine is.
    #[test]
    fn no_password_costs_much_to_score() {
        // The clock goes by ticks of some milliseconds.
        const TIMES: u32 = 20;
        // The dictionaries are read once.
        let _ = new("correct horse battery staple");
        let signs = |order: &str| order.chars().cycle().take(256).collect::<String>();
        let reversed: String = ALL_SIGNS.chars().rev().collect();
        for hostile in [
            signs(ALL_SIGNS),
            signs(&reversed),
            signs("p4ssw0rd1!"),
            signs("({[<p4ssw0rd"),
            signs("1|7+l3tm31n"),
            signs("1234567890"),
            signs("ab"),
            signs("aab"),
            signs("a@4a@4s$5"),
            signs("\u{130}1|7"),
        ] {
            let (took, ()) = cpu_time(|| {
                for _ in 0..TIMES {
                    let _ = new(&hostile);
                }
            });
            let each = took / TIMES;
            assert!(each < Duration::from_millis(20), "{each:?} for {hostile}");
        }
    }

    /// L3
    #[test]
    fn the_work_of_scoring_is_bounded_for_every_order_of_the_signs() {
        let signs: Vec<char> = ALL_SIGNS.chars().collect();
        for start in 0..signs.len() {
            for step in 1..signs.len() {
                let order = (0..40).map(|at| signs[(start + at * step) % signs.len()]);
                let password: String = order.collect();
                let head: Vec<char> = head(&password).chars().collect();
                assert!((7..=SCORED).contains(&head.len()), "{password}");
                let work = readings(&head) * head.len() * head.len();
                assert!(work <= MOST_WORK, "{password}");
            }
        }
        let plain = "x".repeat(256);
        assert_eq!(head(&plain).len(), SCORED);
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
