//! E-mail addresses that are safe to mail to.

use super::invalid::Invalid;

/// One address of the plain form `local@domain`, ASCII, at most 254 bytes: no comments, quotes, lists or
/// display names, so that nothing in it can end a header or add a recipient (rules, Text; M4).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Checks an address of a member: at a domain of the net, neither at a bare host nor at a number.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        Self::parse_at(raw, is_domain)
    }

    /// Checks an address that the operator gives, which may be at a host of their own such as `localhost`.
    pub fn parse_sender(raw: &str) -> Result<Self, Invalid> {
        Self::parse_at(raw, is_host)
    }

    fn parse_at(raw: &str, place: fn(&str) -> bool) -> Result<Self, Invalid> {
        let text = raw.trim_matches(' ');
        let valid = text.len() <= 254
            && text
                .rsplit_once('@')
                .is_some_and(|(local, host)| is_local(local) && place(host));
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "email",
                "must be an e-mail address such as name@example.com",
            ))
        }
    }

    /// An address read back from the database.
    #[must_use]
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The address as its owner wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes it unique: the address in lower case.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// A dot-atom of RFC 5322, at most 64 bytes.
fn is_local(text: &str) -> bool {
    text.len() <= 64
        && text.split('.').all(|atom| {
            !atom.is_empty()
                && atom
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
        })
}

/// A host name of at least two labels, the last of which is no number (RFC 3696, 2).
fn is_domain(text: &str) -> bool {
    let last = text.rsplit_once('.').map(|(_, last)| last);
    let named = last.is_some_and(|last| !last.bytes().all(|b| b.is_ascii_digit()));
    named && is_host(text)
}

/// A host name of RFC 1123.
fn is_host(text: &str) -> bool {
    !text.is_empty()
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_addresses_pass_and_are_unique_ignoring_case() {
        for good in [
            "a@b.co",
            "First.Last+tag@Sub.Example.org",
            "x@1.2.3.example",
            "o'neil@xn--bcher-kva.example",
        ] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        assert_eq!(
            Email::parse("A@B.co").unwrap().key(),
            Email::parse("a@b.CO").unwrap().key()
        );
    }

    /// M4
    #[test]
    fn addresses_at_bare_hosts_and_numbers_are_for_operators_alone() {
        for bare in ["a@localhost", "a@1", "a@1.2.3.4", "a@example.1"] {
            assert!(Email::parse(bare).is_err(), "{bare}");
            assert!(Email::parse_sender(bare).is_ok(), "{bare}");
        }
        assert!(Email::parse_sender("a@localhost\r\nBcc: x@y.z").is_err());
    }

    /// M4
    #[test]
    fn nothing_that_ends_a_header_or_adds_a_recipient_passes() {
        let long = format!("{}@example.com", "a".repeat(65));
        let longer = format!("a@{}.com", "b.".repeat(130));
        for bad in [
            "",
            "a",
            "@b.co",
            "a@",
            "a@b@c.co",
            "a b@c.co",
            "a@b.co\r\nBcc: x@y.z",
            "a@b.co,c@d.e",
            "a@b.co;c@d.e",
            "<a@b.co>",
            "A <a@b.co>",
            "\"a\"@b.co",
            "a@b.co\u{2028}",
            "a@b\u{2c}c.co",
            "a\0@b.co",
            "a..b@c.co",
            ".a@c.co",
            "a@-b.co",
            "a@b..co",
            "a@[127.0.0.1]",
            "ä@b.co",
            "a(c)@b.co",
            "\ta@b.co",
            &long,
            &longer,
        ] {
            assert_eq!(
                Email::parse(bad).map(|e| e.0),
                Err(Invalid::new(
                    "email",
                    "must be an e-mail address such as name@example.com"
                )),
                "{bad:?}"
            );
        }
    }
}
