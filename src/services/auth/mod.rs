//! Signing in and out, and passwords.

mod change;
mod reset;
mod service;
mod session;
mod sign_in;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

use crate::domain::invalid::Invalid;
use crate::domain::timestamp::Timestamp;
use crate::domain::viewer::Viewer;
use crate::ports::passwords::HashError;
use crate::ports::store::StoreError;
use crate::services::retry::contended;

pub use service::{Auth, AuthSettings};

/// The pair of tokens of a session, for the encrypted cookie, and the CSRF token for the header.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Proves who asks, for 15 minutes.
    pub access: String,
    /// Obtains the next pair.
    pub refresh: String,
    /// To be sent back as `X-CSRF-Token`.
    pub csrf: String,
    /// The session's absolute end: the cookie's too.
    pub expires: Timestamp,
}

/// Why a sign-in failed. All that a stranger could learn something from is one `Refused`.
#[derive(Debug, Error)]
pub enum SignInError {
    /// Unknown address, or wrong password.
    #[error("the address or the password is wrong")]
    Refused,
    /// The right password of an account whose address is not confirmed.
    #[error("the address is not confirmed yet")]
    NotVerified,
    /// Too many failures for this account or from this address.
    #[error("too many attempts")]
    Limited {
        /// When to come again.
        retry_after: Duration,
    },
    /// The hasher is overloaded or broken.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a refresh failed.
#[derive(Debug, Error)]
pub enum RefreshError {
    /// Not ours, expired, ended, reused.
    #[error("the session has ended")]
    Ended,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a password was not set by a mailed token.
#[derive(Debug, Error)]
pub enum ResetError {
    /// Unknown, used, expired, or for another purpose.
    #[error("the link is not valid any more")]
    Token,
    /// The new password is refused; the token stays usable.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The hasher is overloaded or broken.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a password was not changed.
#[derive(Debug, Error)]
pub enum ChangePasswordError {
    /// The current password is wrong: `BAD_USER_INPUT` on `currentPassword`; or the new one is refused.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Too many wrong current passwords.
    #[error("too many attempts")]
    Limited {
        /// When to come again.
        retry_after: Duration,
    },
    /// The hasher is overloaded or broken.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

contended!(SignInError, RefreshError, ResetError, ChangePasswordError);

/// Sessions and passwords (rules, Accounts and HTTP; A1–A8, S1–S10).
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait AuthService: Send + Sync {
    /// Opens a session. `from` is the client's address, for the limits.
    async fn sign_in(
        &self,
        email: &str,
        password: &str,
        from: IpAddr,
    ) -> Result<SignedIn, SignInError>;
    /// Who an access token speaks for at this moment; none when it does not, or not any more.
    async fn authenticate(&self, access: &str) -> Result<Option<Viewer>, StoreError>;
    /// Rotates a session by its refresh token.
    async fn refresh(&self, refresh: &str) -> Result<SignedIn, RefreshError>;
    /// Whether a CSRF token belongs to the viewer's session.
    fn csrf_matches(&self, viewer: &Viewer, token: &str) -> bool;
    /// Ends the viewer's session.
    async fn sign_out(&self, viewer: &Viewer) -> Result<(), StoreError>;
    /// Ends all sessions of the viewer.
    async fn sign_out_everywhere(&self, viewer: &Viewer) -> Result<(), StoreError>;
    /// Mails a reset link to the address if it has an account; the answer and the work are the same if not.
    async fn request_reset(&self, email: &str, from: IpAddr) -> Result<(), StoreError>;
    /// Sets a new password by a mailed token, ends every session and tells the owner.
    async fn reset_password(&self, token: &str, new_password: &str) -> Result<(), ResetError>;
    /// Sets a new password, keeps this session, ends the others and tells the owner.
    async fn change_password(
        &self,
        viewer: &Viewer,
        current: &str,
        new: &str,
    ) -> Result<(), ChangePasswordError>;
}
