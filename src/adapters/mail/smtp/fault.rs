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
    /// it. Such mails wait and are tried again, so that a wrong password loses none of them. Many servers judge the
    /// sender only when the recipient or the mail has come; their enhanced status tells.
    pub fn new(stage: Stage, error: &Error) -> Self {
        let refused = matches!(stage, Stage::Recipient | Stage::Content)
            && error.status().is_some_and(is_about_the_mail)
            && !error
                .source()
                .is_some_and(|said| is_about_the_set_up(&said.to_string()));
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

/// Whether a reply begins with an enhanced status (RFC 3463) by which the sender's address is bad (5.1.7, 5.1.8) or
/// something is not allowed (5.7.x: to relay, to send as this sender). Also some spam is refused by 5.7.1: such a mail
/// is tried a few times in vain, where a mail that was given up at once would be lost by a wrong setting.
fn is_about_the_set_up(reply: &str) -> bool {
    let status = reply.split_whitespace().next().unwrap_or_default();
    let numbers: Option<Vec<u16>> = status.split('.').map(|part| part.parse().ok()).collect();
    matches!(numbers.as_deref(), Some([5, 7, _] | [5, 1, 7 | 8]))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_enhanced_status_tells_whose_fault_it_is() {
        for reply in [
            "5.7.1 <a@b>: Relay access denied",
            "5.7.60 SMTP; Client does not have permissions to send as this sender",
            "5.1.7 Bad sender",
            "5.1.8 <a@b>: Sender address rejected: Domain not found",
            "5.7.26",
        ] {
            assert!(is_about_the_set_up(reply), "{reply}");
        }
        for reply in [
            "",
            "No",
            "5.1.1 nobody",
            "5.1.10 no such address",
            "5.1.78 odd",
            "5.2.2 full",
            "5.7 no status",
            "15.7.1 no status",
            "No. See 5.7.1",
        ] {
            assert!(!is_about_the_set_up(reply), "{reply}");
        }
    }
}
