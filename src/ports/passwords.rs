//! Hashing passwords.

use async_trait::async_trait;
use thiserror::Error;

use crate::domain::password::Password;

/// The outcome of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Match,
    /// It is, but hashed with weaker parameters than today's: hash it again.
    MatchOutdated,
    /// It is not.
    Mismatch,
}

/// Why no verdict could be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HashError {
    /// Too many wait already: come again.
    #[error("too many passwords are being hashed")]
    Busy,
    /// The hasher itself failed.
    #[error("the password could not be hashed")]
    Failed,
}

/// argon2id on a bounded pool off the async workers.
///
/// `verify` MUST do the same work whether or not the stored hash exists: services pass
/// [`PasswordHasher::decoy`] for accounts that do not (A4).
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// A PHC string.
    async fn hash(&self, password: Password) -> Result<String, HashError>;
    /// Compares.
    async fn verify(&self, password: Password, hash: String) -> Result<Verdict, HashError>;
    /// A hash that no password matches, with today's parameters.
    fn decoy(&self) -> String;
}
