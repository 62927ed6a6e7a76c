//! Putting letters into words.

use thiserror::Error;

use crate::domain::mail::Mail;

/// The words of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Subject, one line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML.
    pub html: String,
}

/// A letter could not be written: the fault of a template.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the letter could not be written: {0}")]
pub struct WriteError(pub String);

/// Writes letters.
///
/// Implementations MUST escape every fact that they put into HTML, MUST NOT let one begin a new line of the
/// subject, and MUST NOT refer to anything remote but links below the configured public address (M4, M5).
#[cfg_attr(test, mockall::automock)]
pub trait LetterWriter: Send + Sync {
    /// The words of a mail; `token` goes into its link, where its letter has one.
    fn write(&self, mail: &Mail, token: Option<String>) -> Result<Written, WriteError>;
}
