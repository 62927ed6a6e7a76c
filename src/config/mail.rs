//! - `SMTP_URL`: `smtp://…` or `smtps://…`. `SENDGRID_API_KEY`, `SENDGRID_ENDPOINT`: `SendGrid` instead. With neither, mail
//!   stays in the local mailbox, which production refuses.
//! - `MAIL_FROM` (`no-reply@` and the host of `PUBLIC_URL`): the sender.

use url::{Host, Url};

use super::environment::Environment;
use super::objects::endpoint;
use super::reader::Reader;
use super::secret::Secret;
use crate::domain::email::Email;

/// How mails leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mail {
    /// They stay, to be read at `/dev/mailbox`.
    Mailbox,
    /// By SMTP.
    Smtp(Secret),
    /// By `SendGrid`.
    SendGrid {
        /// The key of its API.
        key: Secret,
        /// Where it answers, if not at its usual place.
        endpoint: Option<String>,
    },
}

/// Everything about mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSettings {
    /// The way out.
    pub transport: Mail,
    /// The sender.
    pub from: Email,
}

pub(super) fn read(
    reader: &mut Reader<'_>,
    environment: Environment,
    public_url: &str,
) -> MailSettings {
    let smtp = reader.secret("SMTP_URL", "(none)");
    let key = reader.secret("SENDGRID_API_KEY", "(none)");
    let endpoint = endpoint(reader, "SENDGRID_ENDPOINT");
    let transport = match (smtp, key) {
        (Some(_), Some(_)) => {
            reader.refuse("SMTP_URL", "must not be set together with SENDGRID_API_KEY");
            Mail::Mailbox
        }
        (Some(url), None) => smtp_transport(reader, url),
        (None, Some(key)) => Mail::SendGrid { key, endpoint },
        (None, None) => local(reader, environment),
    };
    let from = format!("no-reply@{}", host(public_url));
    let expected = "must be an e-mail address such as name@example.com";
    let from = reader.parsed("MAIL_FROM", &from, expected, |text| Email::parse(text).ok());
    MailSettings { transport, from }
}

fn smtp_transport(reader: &mut Reader<'_>, url: Secret) -> Mail {
    let parsed = Url::parse(url.reveal());
    if !parsed.is_ok_and(|url| matches!(url.scheme(), "smtp" | "smtps") && url.has_host()) {
        reader.refuse("SMTP_URL", "must be smtp://HOST:PORT or smtps://HOST:PORT");
    }
    Mail::Smtp(url)
}

fn local(reader: &mut Reader<'_>, environment: Environment) -> Mail {
    if environment.is_production() {
        let message =
            "must be set in production, or SENDGRID_API_KEY: the local mailbox sends nothing";
        reader.refuse("SMTP_URL", message);
    }
    Mail::Mailbox
}

/// The host of the public URL; addresses are no hosts of mail.
fn host(public_url: &str) -> String {
    let url = Url::parse(public_url).ok();
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) if Email::parse(&format!("no-reply@{name}")).is_ok() => {
            name.to_owned()
        }
        _ => "localhost".to_owned(),
    }
}
