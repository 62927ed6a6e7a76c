//! Handing mails over.

use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

use crate::domain::email::Email;

/// A finished mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The same for every attempt at the same outbox row, so that a repeat can be recognised: becomes the Message-ID.
    pub id: String,
    /// The one recipient.
    pub to: Email,
    /// Subject, one line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML.
    pub html: String,
}

/// Why a mail was not taken.
#[derive(Debug, Error)]
pub enum MailError {
    /// May work later.
    #[error("not now: {reason}")]
    Later {
        /// What the other side said.
        reason: String,
        /// How long it asked to wait.
        after: Option<Duration>,
    },
    /// Will never work.
    #[error("refused: {0}")]
    Refused(String),
}

/// Sends mails. `Ok` MUST mean that the other side has taken responsibility.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands one mail over.
    async fn send(&self, message: &Message) -> Result<(), MailError>;
}

/// A mail in the local mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// The mail.
    pub message: Message,
    /// When it was delivered, microseconds since the epoch.
    pub sent: crate::domain::timestamp::Timestamp,
}

/// The local mailbox of the development default.
#[async_trait]
pub trait Mailbox: Send + Sync {
    /// What was delivered, newest first, at most 200.
    async fn delivered(&self) -> std::io::Result<Vec<Delivered>>;
}
