//! Members in the database.

use async_trait::async_trait;

use super::store::StoreResult;
use crate::domain::email::Email;
use crate::domain::id::UserId;
use crate::domain::text::Bio;
use crate::domain::timestamp::Timestamp;
use crate::domain::user::{Credentials, Role, Stamp, User, Username};

/// A member about to be inserted: always unconfirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// Public name.
    pub username: Username,
    /// The address to be confirmed.
    pub pending_email: Email,
    /// argon2id, PHC string.
    pub password_hash: String,
    /// First stamp.
    pub stamp: Stamp,
    /// Biography.
    pub bio: Bio,
    /// Object key of the avatar.
    pub avatar: Option<String>,
    /// Now.
    pub joined: Timestamp,
}

/// Which members to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserQuery {
    /// This one. `Some(None)`: an id that names nobody.
    pub id: Option<Option<UserId>>,
    /// Start of the name, in lower case.
    pub username_prefix: Option<String>,
    /// Key of the confirmed address ([`Email::key`]), exact; with `unconfirmed` also of a pending one.
    pub email_key: Option<String>,
    /// Also those without a confirmed address.
    pub unconfirmed: bool,
}

/// Reading.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait UserReader: Send + Sync {
    /// Members by id, in no order; ids without one are left out.
    async fn by_ids(&self, ids: &[UserId]) -> StoreResult<Vec<User>>;
    /// The newest `limit` members that fit.
    async fn list(&self, query: &UserQuery, limit: u32) -> StoreResult<Vec<User>>;
    /// Keys of the avatars of members behind `after`, ascending, at most `limit`; members without one are left out.
    async fn avatars_after(&self, after: UserId, limit: u32) -> StoreResult<Vec<(UserId, String)>>;
    /// Who signs in with this address: its confirmed account, else the newest pending one; one statement either way.
    async fn credentials(&self, email_key: &str) -> StoreResult<Option<Credentials>>;
    /// The same of a member.
    async fn credentials_of(&self, user: UserId) -> StoreResult<Option<Credentials>>;
    /// The confirmed account of this address.
    async fn confirmed_with(&self, email_key: &str) -> StoreResult<Option<User>>;
    /// Who waits for this address, unconfirmed accounts and members who change to it alike, the newest `limit` of them.
    async fn waiting_for(&self, email_key: &str, limit: u32) -> StoreResult<Vec<User>>;
}

/// Writing, within a unit of work.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Users: Send {
    /// Inserts; a used name is a `Conflict` on `username`.
    async fn add(&mut self, user: &NewUser) -> StoreResult<UserId>;
    /// Reads and locks the row until the unit ends.
    async fn lock(&mut self, id: UserId) -> StoreResult<Option<User>>;
    /// Who has confirmed this address.
    async fn owner_of(&mut self, email_key: &str) -> StoreResult<Option<UserId>>;
    /// Writes name, pending address, biography and avatar; a used name is a `Conflict` on `username`.
    async fn update(&mut self, user: &User) -> StoreResult<()>;
    /// Makes `email` the confirmed address and clears the pending one; one that is taken is a `Conflict` on `email`.
    async fn confirm(&mut self, id: UserId, email: &Email) -> StoreResult<()>;
    /// A new password and stamp: sessions under the old stamp are dead.
    async fn set_password(&mut self, id: UserId, hash: &str, stamp: Stamp) -> StoreResult<()>;
    /// The same password hashed anew, if it still has the hash `from`.
    async fn rehash(&mut self, id: UserId, from: &str, to: &str) -> StoreResult<()>;
    /// A new stamp alone.
    async fn set_stamp(&mut self, id: UserId, stamp: Stamp) -> StoreResult<()>;
    /// A new role for the confirmed account of this address; `false` when there is none.
    async fn set_role(&mut self, email_key: &str, role: Role) -> StoreResult<bool>;
    /// Removes up to `limit` unconfirmed accounts made before `before` and answers with their avatars' keys,
    /// whose deletion the caller MUST order in the same unit; a list shorter than `limit` says nothing is left.
    async fn purge_unconfirmed(&mut self, before: Timestamp, limit: u32) -> StoreResult<Purged>;
}

/// What a purge of accounts removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Purged {
    /// How many accounts.
    pub accounts: u64,
    /// Object keys of their avatars.
    pub avatars: Vec<String>,
}
