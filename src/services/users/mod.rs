//! Accounts: registration, confirmation, profiles.

mod admin;
mod avatar;
mod confirm;
mod find;
mod register;
mod service;
#[cfg(test)]
mod tests;
mod update;

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

use crate::domain::id::UserId;
use crate::domain::invalid::Invalid;
use crate::domain::timestamp::Timestamp;
use crate::domain::user::{Role, User};
use crate::domain::viewer::Viewer;
use crate::ports::objects::ObjectError;
use crate::ports::passwords::HashError;
use crate::ports::pictures::{PictureError, SpooledFile};
use crate::ports::store::StoreError;
use crate::services::retry::contended;

pub use service::Members;

/// A registration as it arrives.
#[derive(Debug)]
pub struct Registration {
    /// Public name.
    pub username: String,
    /// Address.
    pub email: String,
    /// Password.
    pub password: String,
    /// Biography.
    pub bio: String,
    /// A picture of them.
    pub avatar: Option<SpooledFile>,
}

/// A change of a profile: only what is `Some` changes.
#[derive(Debug, Default)]
pub struct ProfileChange {
    /// Public name.
    pub username: Option<String>,
    /// A new address; stays pending until it is confirmed, needs `current_password`.
    pub email: Option<String>,
    /// Biography.
    pub bio: Option<String>,
    /// A picture of them.
    pub avatar: Option<SpooledFile>,
    /// Proof for a new address.
    pub current_password: Option<String>,
}

/// Which members to list, as it arrives.
#[derive(Debug, Clone, Default)]
pub struct UserSearch {
    /// An id.
    pub id: Option<String>,
    /// Start of a name, ignoring case.
    pub username: Option<String>,
    /// An exact address; finds the viewer alone, for administrators anyone.
    pub email: Option<String>,
}

/// Why an account was not made or changed.
#[derive(Debug, Error)]
pub enum AccountError {
    /// An input is refused; a used name is a `NameTaken`.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The name belongs to somebody: CONFLICT on `username`.
    #[error("this username is taken")]
    NameTaken,
    /// The avatar is refused or could not be made.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// Too many wrong current passwords, or registrations from one network.
    #[error("too many attempts")]
    Limited {
        /// When to come again.
        retry_after: Duration,
    },
    /// The hasher is overloaded or broken.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The object store failed.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an address was not confirmed.
#[derive(Debug, Error)]
pub enum ConfirmError {
    /// Unknown, used, expired, for another purpose, or the address is no longer the pending one or free.
    #[error("the link is not valid any more")]
    Token,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

contended!(AccountError, ConfirmError);

/// An avatar to be linked to: the link changes with the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Avatar {
    /// Where its bytes are.
    pub key: String,
}

/// Accounts and profiles (rules, Accounts; A2, A5, A7, A9).
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait UsersService: Send + Sync {
    /// Makes an unconfirmed account and mails a link; for a confirmed address looks and costs the same, and mails its owner a notice.
    async fn register(
        &self,
        registration: Registration,
        from: IpAddr,
    ) -> Result<User, AccountError>;
    /// Confirms an address by a mailed token.
    async fn confirm(&self, token: &str) -> Result<(), ConfirmError>;
    /// Mails a confirmation link again to each account that waits for this address, a few at most; answers the same if
    /// none does.
    async fn resend_confirmation(&self, email: &str, from: IpAddr) -> Result<(), StoreError>;
    /// Changes the viewer's profile.
    async fn update(&self, viewer: &Viewer, change: ProfileChange) -> Result<User, AccountError>;
    /// The viewer.
    async fn me(&self, viewer: &Viewer) -> Result<Option<User>, StoreError>;
    /// Members that fit, newest first.
    async fn list(
        &self,
        viewer: &Viewer,
        search: UserSearch,
        limit: u32,
    ) -> Result<Vec<User>, StoreError>;
    /// Members by id, for fields that name one: also unconfirmed ones never appear there.
    async fn by_ids(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError>;
    /// The avatar of a member, if they have one.
    async fn avatar(&self, user: UserId) -> Result<Option<Avatar>, StoreError>;
    /// Gives a role to the confirmed account of an address; `false` when there is none.
    async fn set_role(&self, email: &str, role: Role) -> Result<bool, AccountError>;
    /// Removes accounts that were never confirmed and mailed tokens that have expired; answers how many accounts went.
    async fn sweep(&self, now: Timestamp) -> Result<u64, StoreError>;
}
