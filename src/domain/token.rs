//! Tokens that go out by mail.

use super::email::Email;
use super::id::UserId;
use super::timestamp::Timestamp;

/// What a mailed token is good for; it is good for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenPurpose {
    /// Confirms an address.
    Confirm,
    /// Sets a new password.
    Reset,
}

impl TokenPurpose {
    /// The word kept in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Reset => "reset",
        }
    }
}

/// A mailed token as kept: its hash alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailToken {
    /// Whose.
    pub user: UserId,
    /// For what.
    pub purpose: TokenPurpose,
    /// The address it was mailed to.
    pub address: Email,
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// Dead from here on.
    pub expires: Timestamp,
}
