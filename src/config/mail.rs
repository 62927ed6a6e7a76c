//! - `SMTP_URL`: `smtp://…` or `smtps://…`; production demands TLS, unless the server is on this machine.
//! - `SENDGRID_API_KEY`, `SENDGRID_ENDPOINT`: `SendGrid` instead; its endpoint has https, or is on this machine.
//! - `MAIL_FROM` (`no-reply@` and the host of `PUBLIC_URL`): the sender; where production has mails leave the machine, not
//!   at localhost.
//!
//! With neither of the first two, mail stays in the local mailbox, which production refuses.

mod smtp;

use url::{Host, Url};

use super::endpoint::{endpoint, is_readable};
use super::environment::Environment;
use super::reader::Reader;
use super::secret::Secret;
use crate::domain::email::Email;

pub use smtp::{SmtpServer, SmtpTls};

/// How mails leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mail {
    /// They stay, to be read at `/dev/mailbox`.
    Mailbox,
    /// By SMTP.
    Smtp(SmtpServer),
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
    if endpoint.as_deref().is_some_and(is_readable) {
        let message =
            "must begin with https://, http:// is for this machine alone: the key is sent there";
        reader.refuse("SENDGRID_ENDPOINT", message);
    }
    let transport = match (smtp, key) {
        (Some(_), Some(_)) => {
            reader.refuse("SMTP_URL", "must not be set together with SENDGRID_API_KEY");
            Mail::Mailbox
        }
        (Some(url), None) => server(reader, environment, &url),
        (None, Some(key)) => Mail::SendGrid { key, endpoint },
        (None, None) => local(reader, environment),
    };
    let from = sender(reader, environment, &transport, public_url);
    MailSettings { transport, from }
}

/// Mails hold links by which one signs in: in production nobody on the way may read them, or the password.
fn server(reader: &mut Reader<'_>, environment: Environment, url: &Secret) -> Mail {
    match SmtpServer::parse(url.reveal()) {
        Ok(server) => {
            let safe = server.is_encrypted() || server.is_loopback();
            if environment.is_production() && !safe {
                let message = "must be smtps://… or end in ?tls=required in production, unless the server is on this \
                               machine: mails hold links that nobody else may read";
                reader.refuse("SMTP_URL", message);
            }
            Mail::Smtp(server)
        }
        Err(message) => {
            reader.refuse("SMTP_URL", message);
            Mail::Mailbox
        }
    }
}

fn local(reader: &mut Reader<'_>, environment: Environment) -> Mail {
    if environment.is_production() {
        let message =
            "must be set in production, or SENDGRID_API_KEY: the local mailbox sends nothing";
        reader.refuse("SMTP_URL", message);
    }
    Mail::Mailbox
}

/// Answers and bounces to localhost would reach nobody, and few servers take a mail from there.
fn sender(
    reader: &mut Reader<'_>,
    environment: Environment,
    transport: &Mail,
    public_url: &str,
) -> Email {
    let default = format!("no-reply@{}", host(public_url));
    let expected = "must be an e-mail address such as name@example.com";
    let from = reader.parsed("MAIL_FROM", &default, expected, |text| {
        Email::parse_sender(text).ok()
    });
    let leaves = match transport {
        Mail::Mailbox => false,
        Mail::Smtp(server) => !server.is_loopback(),
        Mail::SendGrid { .. } => true,
    };
    // Of a public URL that is refused no more is said.
    let known = from.as_str() != default || public_url.starts_with("https://");
    if environment.is_production() && leaves && known && is_local(&from) {
        let message = "must be set in production to an address that is not at localhost";
        reader.refuse("MAIL_FROM", message);
    }
    from
}

fn is_local(address: &Email) -> bool {
    let key = address.key();
    key.ends_with("@localhost") || key.ends_with(".localhost")
}

/// The host of the public URL; addresses are no hosts of mail.
fn host(public_url: &str) -> String {
    let url = Url::parse(public_url).ok();
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) if Email::parse_sender(&format!("no-reply@{name}")).is_ok() => {
            name.to_owned()
        }
        _ => "localhost".to_owned(),
    }
}
