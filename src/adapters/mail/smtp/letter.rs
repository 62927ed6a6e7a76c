//! A mail as it goes over the wire.

use std::error::Error;
use std::time::{Duration, UNIX_EPOCH};

use lettre::Address;
use lettre::message::header::{Date, Header, HeaderName, HeaderValue, MessageId};
use lettre::message::{Mailbox, Message as Mime, MultiPart};

use super::subject::Subject;
use crate::adapters::mail::{SENDER, one_line};
use crate::domain::email::Email;
use crate::domain::timestamp::Timestamp;
use crate::ports::mailer::{MailError, Message};

/// Envelope and content.
pub(super) struct Letter {
    pub from: Address,
    pub to: Address,
    /// ASCII, its lines ended as SMTP wants it.
    pub bytes: Vec<u8>,
}

impl Letter {
    /// Writes a mail with text and HTML as alternatives.
    pub fn new(message: &Message, from: &Email, now: Timestamp) -> Result<Self, MailError> {
        let (from, to) = (address(from)?, address(&message.to)?);
        let seconds = u64::try_from(now.seconds()).unwrap_or_default();
        let sender = Mailbox::new(Some(SENDER.to_owned()), from.clone());
        let mime = Mime::builder()
            .header(Date::new(UNIX_EPOCH + Duration::from_secs(seconds)))
            .from(sender)
            .to(Mailbox::new(None, to.clone()))
            .header(Subject::new(&one_line(&message.subject)))
            .header(MessageId::from(one_line(&message.id)))
            .header(AutoSubmitted)
            .multipart(MultiPart::alternative_plain_html(
                message.text.clone(),
                message.html.clone(),
            ))
            .map_err(|error| MailError::Refused(format!("no mail can be made: {error}")))?;
        Ok(Self {
            from,
            to,
            bytes: mime.formatted(),
        })
    }
}

/// An address for the envelope. What is one of ours is one of the library's, too.
pub(super) fn address(email: &Email) -> Result<Address, MailError> {
    let parsed = email.as_str().parse();
    parsed.map_err(|_| MailError::Refused("the address cannot be mailed to".to_owned()))
}

/// Says that no person wrote it, so that no machine answers (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(subject: &str, to: &str) -> Message {
        Message {
            id: "<job-1.2@shop.example>".into(),
            to: Email::parse(to).unwrap(),
            subject: subject.into(),
            text: "Grüße,\nanna\n.\nFrom here".into(),
            html: "<p>Grüße</p>".into(),
        }
    }

    fn written(message: &Message) -> String {
        let from = Email::parse("no-reply@shop.example").unwrap();
        // Sun, 06 Nov 1994 08:49:37 GMT
        let now = Timestamp::from_seconds(784_111_777);
        let letter = Letter::new(message, &from, now).unwrap();
        String::from_utf8(letter.bytes).unwrap()
    }

    fn headers(mail: &str) -> Vec<String> {
        let (head, _) = mail.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", " ");
        unfolded.split("\r\n").map(str::to_owned).collect()
    }

    /// M3
    #[test]
    fn the_headers_are_these_and_no_others() {
        let mail = written(&message("Hello", "anna@example.com"));
        let headers = headers(&mail);
        let expected = [
            "Date: Sun, 06 Nov 1994 08:49:37 +0000",
            "From: Shotify <no-reply@shop.example>",
            "To: anna@example.com",
            "Subject: Hello",
            "Message-ID: <job-1.2@shop.example>",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
        ];
        assert_eq!(headers[..7], expected);
        assert!(headers[7].starts_with("Content-Type: multipart/alternative; boundary="));
        assert_eq!(headers.len(), 8);
        assert!(mail.is_ascii());
    }

    /// M4
    #[test]
    fn a_line_break_in_a_text_never_ends_a_header() {
        for breaks in ["\r\n", "\n", "\r", "\u{2028}", "\u{85}", "\0"] {
            let mut message = message(&format!("a{breaks}Bcc: x@y.z"), "anna@example.com");
            message.id = format!("<1{breaks}Bcc: x@y.z>");
            let mail = written(&message);
            let headers = headers(&mail);
            assert_eq!(headers.len(), 8, "{headers:?}");
            assert!(headers.iter().all(|h| !h.starts_with("Bcc")), "{headers:?}");
        }
    }

    #[test]
    fn every_address_of_ours_can_be_mailed_to() {
        let long = format!("{}@{}.example", "a".repeat(64), "b".repeat(63));
        for good in [
            "a@b.co",
            "o'neil+tag!#$%&*/=?^_`{|}~-@xn--bcher-kva.example",
            &long,
        ] {
            assert!(address(&Email::parse(good).unwrap()).is_ok(), "{good}");
        }
    }
}
