//! Proving a member's current password, a limited number of times.

use std::time::Duration;

use crate::domain::id::UserId;
use crate::domain::password::Password;
use crate::domain::user::Stamp;
use crate::ports::passwords::{HashError, PasswordHasher, Verdict};
use crate::ports::rate_limit::{Quota, RateLimiter, Taken};
use crate::ports::store::{Store, StoreResult};
use crate::services::limits::member_key;

/// What a proof needs.
pub struct CurrentPassword<'a> {
    /// The database.
    pub store: &'a dyn Store,
    /// Passwords.
    pub hasher: &'a dyn PasswordHasher,
    /// Limits.
    pub limiter: &'a dyn RateLimiter,
    /// Wrong ones for one member.
    pub quota: Quota,
}

/// How a proof went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It is the password, of the account as it is under this stamp.
    Right(Stamp),
    /// It is not, and is counted.
    Wrong,
    /// Too many wrong ones: come again after this long.
    Limited(Duration),
    /// It could not be found out.
    Unknown(HashError),
}

impl CurrentPassword<'_> {
    /// Compares with a member's password; only wrong ones stay counted.
    pub async fn prove(&self, user: UserId, password: &str) -> StoreResult<Proof> {
        let key = member_key("current-password", user);
        if let Taken::Denied { retry_after } = self.limiter.take(&key, self.quota).await? {
            return Ok(Proof::Limited(retry_after));
        }
        let proof = self.compare(user, password).await?;
        if proof != Proof::Wrong {
            self.limiter.give_back(&key).await?;
        }
        Ok(proof)
    }

    async fn compare(&self, user: UserId, password: &str) -> StoreResult<Proof> {
        let found = self.store.users().credentials_of(user).await?;
        let (Some(found), Some(password)) = (found, Password::to_compare(password)) else {
            return Ok(Proof::Wrong);
        };
        let hash = found.password_hash;
        let verdict = self.hasher.verify(password, hash).await;
        Ok(match verdict {
            Ok(Verdict::Match | Verdict::MatchOutdated) => Proof::Right(found.stamp),
            Ok(Verdict::Mismatch) => Proof::Wrong,
            Err(error) => Proof::Unknown(error),
        })
    }
}

/// Whether a proof still holds: asked with the member's row locked, so that a password reset meanwhile (which
/// changes the stamp) is not undone by who knew the old password.
pub async fn still_holds(store: &dyn Store, user: UserId, proven: Stamp) -> StoreResult<bool> {
    let now = store.users().credentials_of(user).await?;
    Ok(now.is_some_and(|now| now.stamp == proven))
}
