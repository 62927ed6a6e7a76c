//! The header `Subject`, which quotes titles that members chose.

use std::error::Error;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::message::header::{Header, HeaderName, HeaderValue};

/// Bytes of a text that fit into one encoded word of at most 75 characters.
const WORD: usize = 45;

/// A subject that is read as it was meant: where it looks encoded by itself, it is encoded once more. Else a title such
/// as `=?utf-8?q?=0D…?=` could be shown as something that no title may hold (M4).
#[derive(Clone)]
pub(super) struct Subject(String);

impl Subject {
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Header for Subject {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Subject")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Self::new(text))
    }

    fn display(&self) -> HeaderValue {
        let raw = self.0.clone();
        if self.0.contains("=?") {
            let words = encoded(&self.0);
            return HeaderValue::dangerous_new_pre_encoded(Self::name(), raw, words);
        }
        HeaderValue::new(Self::name(), raw)
    }
}

/// Encoded words of RFC 2047, one a line.
fn encoded(text: &str) -> String {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (word, more) = rest.split_at(rest.floor_char_boundary(WORD));
        words.push(format!("=?utf-8?b?{}?=", STANDARD.encode(word)));
        rest = more;
    }
    words.join("\r\n ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut headers = lettre::message::header::Headers::new();
        headers.set(Subject::new(text));
        headers.to_string()
    }

    #[test]
    fn plain_subjects_stay_plain() {
        let line = "Subject: You have bought it\r\n";
        assert_eq!(shown("You have bought it"), line);
        assert!(shown("„Käse“").starts_with("Subject: =?utf-8?b?"));
    }

    /// M4
    #[test]
    fn a_subject_that_looks_encoded_is_shown_as_it_was_written() {
        let trick = format!("{} =?utf-8?q?=E2=80=AE?=", "ü".repeat(60));
        let header = shown(&trick);
        let words = header.strip_prefix("Subject: ").unwrap();
        let decoded: Vec<u8> = words
            .split_whitespace()
            .flat_map(|word| {
                assert!(word.len() <= 75, "{word}");
                let inner = word.strip_prefix("=?utf-8?b?").unwrap();
                STANDARD.decode(inner.strip_suffix("?=").unwrap()).unwrap()
            })
            .collect();
        assert_eq!(String::from_utf8(decoded).unwrap(), trick);
    }
}
