//! `SMTP_URL`, taken apart.

use std::net::IpAddr;

use url::Url;

use super::super::endpoint::{bare, is_this_machine};
use super::super::secret::Secret;

/// How the connection is kept from being read by others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// Not at all: `smtp://…`.
    None,
    /// Where the server offers it: `smtp://…?tls=opportunistic`.
    Opportunistic,
    /// By STARTTLS, or nothing is sent: `smtp://…?tls=required`.
    Required,
    /// From the first byte: `smtps://…`.
    Wrapped,
}

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpServer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// TLS or not.
    pub tls: SmtpTls,
    /// User and password.
    pub account: Option<(Secret, Secret)>,
    /// The name to call ourselves by: the URL's path.
    pub hello: Option<String>,
}

impl SmtpServer {
    /// Whether it is on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        is_this_machine(Some(&self.host))
    }

    /// Whether everything that is sent is sent by TLS.
    pub(super) const fn is_encrypted(&self) -> bool {
        matches!(self.tls, SmtpTls::Required | SmtpTls::Wrapped)
    }

    /// Takes `smtp://USER:PASSWORD@HOST:PORT/HELLO?tls=required` apart; the error is the rest of a sentence.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        const EXPECTED: &str = "must be smtp://HOST:PORT or smtps://HOST:PORT";
        let url = Url::parse(text).map_err(|_| EXPECTED)?;
        let host = bare(url.host_str().unwrap_or_default());
        if url.fragment().is_some() || !is_host(host) {
            return Err(EXPECTED);
        }
        let tls = tls(&url)?;
        Ok(Self {
            host: host.to_ascii_lowercase(),
            port: url.port().unwrap_or(tls.port()),
            tls,
            account: account(&url)?,
            hello: hello(&url)?,
        })
    }
}

impl SmtpTls {
    /// The port that it is usually spoken at.
    const fn port(self) -> u16 {
        match self {
            Self::None => 25,
            Self::Opportunistic | Self::Required => 587,
            Self::Wrapped => 465,
        }
    }
}

fn tls(url: &Url) -> Result<SmtpTls, &'static str> {
    let parameters: Vec<_> = url.query_pairs().collect();
    let parameters: Vec<_> = parameters
        .iter()
        .map(|(name, value)| (name.as_ref(), value.as_ref()))
        .collect();
    match (url.scheme(), &parameters[..]) {
        ("smtp", []) => Ok(SmtpTls::None),
        ("smtp", [("tls", "opportunistic")]) => Ok(SmtpTls::Opportunistic),
        ("smtp", [("tls", "required")]) => Ok(SmtpTls::Required),
        ("smtps", []) => Ok(SmtpTls::Wrapped),
        ("smtp", _) => Err("may have ?tls=required or ?tls=opportunistic and no other parameter"),
        ("smtps", _) => Err("must have no parameters with smtps://"),
        _ => Err("must be smtp://HOST:PORT or smtps://HOST:PORT"),
    }
}

fn account(url: &Url) -> Result<Option<(Secret, Secret)>, &'static str> {
    match (url.username(), url.password().unwrap_or_default()) {
        ("", "") => Ok(None),
        ("", _) | (_, "") => Err("must hold a user and a password, or neither"),
        (user, password) => {
            let decode = |text| decoded(text).ok_or("must have user and password percent-encoded");
            Ok(Some((
                Secret::new(decode(user)?),
                Secret::new(decode(password)?),
            )))
        }
    }
}

fn hello(url: &Url) -> Result<Option<String>, &'static str> {
    match url.path().trim_matches('/') {
        "" => Ok(None),
        name if is_host(name) => Ok(Some(name.to_owned())),
        _ => Err("may have the name of this machine as its path, and nothing else"),
    }
}

fn is_host(text: &str) -> bool {
    let name = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    !text.is_empty() && (text.bytes().all(name) || text.parse::<IpAddr>().is_ok())
}

/// Undoes percent-encoding. NUL would end a password on the way.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, more)) = rest.split_first() {
        rest = more;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let digits = rest.split_at_checked(2)?;
        bytes.extend(hex::decode(digits.0).ok()?);
        rest = digits.1;
    }
    let text = String::from_utf8(bytes).ok()?;
    (!text.contains('\0')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> SmtpServer {
        SmtpServer::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn scheme_and_parameter_choose_tls_and_the_port() {
        for (text, tls, port) in [
            ("smtp://mail.example", SmtpTls::None, 25),
            ("smtp://mail.example:1025/", SmtpTls::None, 1025),
            (
                "smtp://mail.example?tls=opportunistic",
                SmtpTls::Opportunistic,
                587,
            ),
            ("smtp://mail.example?tls=required", SmtpTls::Required, 587),
            ("smtps://mail.example", SmtpTls::Wrapped, 465),
        ] {
            let server = parsed(text);
            assert_eq!(server.host, "mail.example");
            assert_eq!((server.tls, server.port), (tls, port), "{text}");
            assert_eq!(server.account, None);
        }
    }

    #[test]
    fn user_password_and_name_are_taken_from_it() {
        let server = parsed("smtps://us%40er:p%3Aw%2F%C3%BC@Mail.example:2465/shop.example");
        let (user, password) = server.account.unwrap();
        assert_eq!((user.reveal(), password.reveal()), ("us@er", "p:w/ü"));
        assert_eq!(server.hello.as_deref(), Some("shop.example"));
        assert_eq!((server.host.as_str(), server.port), ("mail.example", 2465));
    }

    #[test]
    fn this_machine_has_several_names() {
        for here in ["127.0.0.1", "127.1.2.3", "[::1]", "localhost", "LOCALHOST"] {
            assert!(parsed(&format!("smtp://{here}:25")).is_loopback(), "{here}");
        }
        for there in ["localhost.example", "10.0.0.1", "[fd00::1]", "mail"] {
            let there = parsed(&format!("smtp://{there}:25"));
            assert!(!there.is_loopback(), "{there:?}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused_rather_than_left_out() {
        for bad in [
            "mail.example",
            "smtp:mail",
            "smtp://",
            "http://mail.example",
            "smtp://user@mail.example",
            "smtp://:pw@mail.example",
            "smtp://user:pw%@mail.example",
            "smtp://user:pw%zz@mail.example",
            "smtp://user:pw%00@mail.example",
            "smtp://user:pa#ss@mail.example",
            "smtp://user:pa/ss@mail.example",
            "smtp://mail.example/a/b",
            "smtp://mail.example?TLS=required",
            "smtp://mail.example?tls=yes",
            "smtp://mail.example?tls=required&tls=opportunistic",
            "smtps://mail.example?tls=opportunistic",
            "smtp://mail.example#x",
        ] {
            assert!(SmtpServer::parse(bad).is_err(), "{bad}");
        }
    }

    /// N1
    #[test]
    fn its_secrets_are_not_printed() {
        let told = format!("{:?}", parsed("smtp://hunter1:hunter2@mail.example"));
        assert!(!told.contains("hunter"), "{told}");
    }
}
