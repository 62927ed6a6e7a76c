//! Writing members.

use async_trait::async_trait;

use super::row::{USER, UserRow};
use crate::adapters::sql::statement::Sql;
use crate::adapters::sql::unit::SqlUnit;
use crate::domain::email::Email;
use crate::domain::id::UserId;
use crate::domain::timestamp::Timestamp;
use crate::domain::user::{Role, Stamp, User};
use crate::ports::store::StoreResult;
use crate::ports::users::{NewUser, Purged, Users};

impl SqlUnit {
    async fn write(&mut self, sql: Sql) -> StoreResult<u64> {
        Ok(self.unit.run(sql).await?.rows)
    }
}

#[async_trait]
impl Users for SqlUnit {
    async fn add(&mut self, user: &NewUser) -> StoreResult<UserId> {
        let sql = Sql::new(
            "INSERT INTO users (username, username_key, pending_email, pending_email_key, password_hash, \
             role, bio, avatar, stamp, joined) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(user.username.as_str())
        .bind(user.username.key())
        .bind(user.pending_email.as_str())
        .bind(user.pending_email.key())
        .bind(&user.password_hash)
        .bind(Role::User.as_str())
        .bind(user.bio.as_str())
        .bind(user.avatar.as_deref())
        .bind(&user.stamp.0[..])
        .bind(user.joined);
        Ok(UserId::new(self.unit.run(sql).await?.id))
    }

    async fn lock(&mut self, id: UserId) -> StoreResult<Option<User>> {
        let lock = self.unit.transaction.row_lock();
        let sql = Sql::new(format!("SELECT {USER} FROM users WHERE id = ?{lock}")).bind(id);
        let row: Option<UserRow> = self.unit.optional(sql).await?;
        row.map(User::try_from).transpose()
    }

    async fn owner_of(&mut self, email_key: &str) -> StoreResult<Option<UserId>> {
        let sql = Sql::new("SELECT id FROM users WHERE email_key = ?").bind(email_key);
        let row: Option<(i64,)> = self.unit.optional(sql).await?;
        Ok(row.map(|(id,)| UserId::new(id)))
    }

    async fn update(&mut self, user: &User) -> StoreResult<()> {
        let sql = Sql::new(
            "UPDATE users SET username = ?, username_key = ?, pending_email = ?, pending_email_key = ?, \
             bio = ?, avatar = ? WHERE id = ?",
        )
        .bind(user.username.as_str())
        .bind(user.username.key())
        .bind(user.pending_email.as_ref().map(Email::as_str))
        .bind(user.pending_email.as_ref().map(Email::key))
        .bind(user.bio.as_str())
        .bind(user.avatar.as_deref())
        .bind(user.id);
        self.write(sql).await.map(|_| ())
    }

    async fn confirm(&mut self, id: UserId, email: &Email) -> StoreResult<()> {
        let sql = Sql::new(
            "UPDATE users SET email = ?, email_key = ?, pending_email = NULL, pending_email_key = NULL \
             WHERE id = ?",
        )
        .bind(email.as_str())
        .bind(email.key())
        .bind(id);
        self.write(sql).await.map(|_| ())
    }

    async fn set_password(&mut self, id: UserId, hash: &str, stamp: Stamp) -> StoreResult<()> {
        let sql = Sql::new("UPDATE users SET password_hash = ?, stamp = ? WHERE id = ?")
            .bind(hash)
            .bind(&stamp.0[..])
            .bind(id);
        self.write(sql).await.map(|_| ())
    }

    async fn rehash(&mut self, id: UserId, from: &str, to: &str) -> StoreResult<()> {
        let sql = Sql::new("UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?")
            .bind(to)
            .bind(id)
            .bind(from);
        self.write(sql).await.map(|_| ())
    }

    async fn set_stamp(&mut self, id: UserId, stamp: Stamp) -> StoreResult<()> {
        let sql = Sql::new("UPDATE users SET stamp = ? WHERE id = ?")
            .bind(&stamp.0[..])
            .bind(id);
        self.write(sql).await.map(|_| ())
    }

    async fn set_role(&mut self, email_key: &str, role: Role) -> StoreResult<bool> {
        let sql = Sql::new("UPDATE users SET role = ? WHERE email_key = ?")
            .bind(role.as_str())
            .bind(email_key);
        Ok(self.write(sql).await? == 1)
    }

    async fn purge_unconfirmed(&mut self, before: Timestamp, limit: u32) -> StoreResult<Purged> {
        let stale = Sql::new(
            "SELECT id FROM users WHERE email_key IS NULL AND joined < ? ORDER BY joined LIMIT ?",
        )
        .bind(before)
        .bind(limit);
        let found: Vec<(i64,)> = self.unit.all(stale).await?;
        if found.is_empty() {
            return Ok(Purged::default());
        }
        // Locked in id order, as everywhere; one that was confirmed meanwhile stays.
        let mut locking = Sql::new("SELECT id, avatar FROM users WHERE id IN ");
        locking
            .list(found.into_iter().map(|(id,)| id))
            .push(" AND email_key IS NULL ORDER BY id")
            .push(self.unit.transaction.row_lock());
        let rows: Vec<(i64, Option<String>)> = self.unit.all(locking).await?;
        if rows.is_empty() {
            return Ok(Purged::default());
        }
        let mut delete = Sql::new("DELETE FROM users WHERE id IN ");
        delete.list(rows.iter().map(|(id, _)| *id));
        Ok(Purged {
            accounts: self.write(delete).await?,
            avatars: rows.into_iter().filter_map(|(_, avatar)| avatar).collect(),
        })
    }
}
