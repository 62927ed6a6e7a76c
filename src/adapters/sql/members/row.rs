//! Rows of `users`.

use crate::adapters::sql::error::corrupt;
use crate::domain::email::Email;
use crate::domain::id::UserId;
use crate::domain::text::Bio;
use crate::domain::timestamp::Timestamp;
use crate::domain::user::{Credentials, Role, Stamp, User, Username};
use crate::ports::store::StoreResult;

/// The columns of a [`UserRow`].
pub(super) const USER: &str = "id, username, email, pending_email, role, bio, avatar, joined";

#[derive(sqlx::FromRow)]
pub(super) struct UserRow {
    id: i64,
    username: String,
    email: Option<String>,
    pending_email: Option<String>,
    role: String,
    bio: String,
    avatar: Option<String>,
    joined: i64,
}

impl TryFrom<UserRow> for User {
    type Error = crate::ports::store::StoreError;

    fn try_from(row: UserRow) -> StoreResult<Self> {
        Ok(Self {
            id: UserId::new(row.id),
            username: Username::from_stored(row.username),
            email: row.email.map(Email::from_stored),
            pending_email: row.pending_email.map(Email::from_stored),
            role: role(&row.role, row.id)?,
            bio: Bio::from_stored(row.bio),
            avatar: row.avatar,
            joined: Timestamp::from_micros(row.joined),
        })
    }
}

/// The columns of a [`CredentialsRow`].
pub(super) const CREDENTIALS: &str =
    "id, password_hash, stamp, role, email_key IS NOT NULL AS confirmed";

#[derive(sqlx::FromRow)]
pub(super) struct CredentialsRow {
    id: i64,
    password_hash: String,
    stamp: Vec<u8>,
    role: String,
    confirmed: bool,
}

impl TryFrom<CredentialsRow> for Credentials {
    type Error = crate::ports::store::StoreError;

    fn try_from(row: CredentialsRow) -> StoreResult<Self> {
        let stamp = row.stamp.try_into();
        Ok(Self {
            user: UserId::new(row.id),
            password_hash: row.password_hash,
            stamp: stamp
                .map(Stamp)
                .map_err(|_| corrupt("users", "stamp", row.id))?,
            role: role(&row.role, row.id)?,
            confirmed: row.confirmed,
        })
    }
}

fn role(name: &str, id: i64) -> StoreResult<Role> {
    Role::parse(name).ok_or_else(|| corrupt("users", "role", id))
}
