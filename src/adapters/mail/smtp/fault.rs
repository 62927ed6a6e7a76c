//! What a failure means: for this mail, or for all of them.

use std::error::Error as _;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::{Category, Code, Detail, Severity};

use crate::adapters::web::told;
use crate::ports::mailer::MailError;

/// How far it had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Connecting, greeting, TLS.
    Connect,
    /// Signing in.
    SignIn,
    /// Naming the sender.
    Sender,
    /// Naming the recipient.
    Recipient,
    /// Sending the mail itself.
    Content,
}

/// Why a mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// On one line, without secrets.
    reason: String,
    /// Whether the recipient or the mail itself is at fault, for good.
    refused: bool,
}

impl Fault {
    /// Judges an error.
    ///
    /// Only an answer of the 500s to the recipient or to the mail itself is about this mail. One to the greeting, to the
    /// password or to the sender is about how Shotify is set up: it would meet every mail, and the operator can mend
    /// it. Such mails wait and are tried again, so that a wrong password loses none of them.
    pub fn new(stage: Stage, error: &Error) -> Self {
        let refused = matches!(stage, Stage::Recipient | Stage::Content)
            && error.status().is_some_and(is_about_the_mail);
        Self {
            reason: reason(stage, error),
            refused,
        }
    }

    /// Nothing came in time.
    pub fn late(whole: Duration) -> Self {
        Self {
            reason: format!("the mail server took longer than {whole:?}"),
            refused: false,
        }
    }
}

impl From<Fault> for MailError {
    fn from(fault: Fault) -> Self {
        if fault.refused {
            Self::Refused(fault.reason)
        } else {
            Self::Later {
                reason: fault.reason,
                after: None,
            }
        }
    }
}

/// For good, and not 530, 534, 535 or 538, by which servers ask to be signed in to, at whatever stage.
fn is_about_the_mail(code: Code) -> bool {
    let sign_in = code.category == Category::Unspecified3
        && matches!(
            code.detail,
            Detail::Zero | Detail::Four | Detail::Five | Detail::Eight
        );
    code.severity == Severity::PermanentNegativeCompletion && !sign_in
}

/// Of an answer to the password the number alone: its text may quote what was sent.
fn reason(stage: Stage, error: &Error) -> String {
    let (doing, status) = (doing(stage), error.status());
    if let (Stage::SignIn, Some(code)) = (stage, status) {
        return format!("the mail server answered {code} {doing}: look at SMTP_URL");
    }
    let said = error.source().map(|said| told(&said.to_string()));
    let said = said.unwrap_or_else(|| told(&error.to_string()));
    match status {
        Some(code) => format!("the mail server answered {code} {doing}: {said}"),
        None => format!("the mail server failed {doing}: {said}"),
    }
}

const fn doing(stage: Stage) -> &'static str {
    match stage {
        Stage::Connect => "at the connection",
        Stage::SignIn => "at the user and password",
        Stage::Sender => "at the sender",
        Stage::Recipient => "at the recipient",
        Stage::Content => "at the mail",
    }
}
