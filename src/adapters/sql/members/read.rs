//! Reading members.

use async_trait::async_trait;

use super::row::{CREDENTIALS, CredentialsRow, USER, UserRow};
use crate::adapters::sql::SqlStore;
use crate::adapters::sql::statement::{Sql, behind_prefix};
use crate::domain::id::UserId;
use crate::domain::user::{Credentials, User, Username};
use crate::ports::store::StoreResult;
use crate::ports::users::{UserQuery, UserReader};

impl SqlStore {
    async fn user(&self, sql: Sql) -> StoreResult<Option<User>> {
        let row: Option<UserRow> = self.read.optional(sql).await?;
        row.map(User::try_from).transpose()
    }

    async fn sign_in(&self, sql: Sql) -> StoreResult<Option<Credentials>> {
        let row: Option<CredentialsRow> = self.read.optional(sql).await?;
        row.map(Credentials::try_from).transpose()
    }

    async fn members(&self, sql: Sql) -> StoreResult<Vec<User>> {
        let rows: Vec<UserRow> = self.read.all(sql).await?;
        rows.into_iter().map(User::try_from).collect()
    }
}

#[async_trait]
impl UserReader for SqlStore {
    async fn by_ids(&self, ids: &[UserId]) -> StoreResult<Vec<User>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new(format!("SELECT {USER} FROM users WHERE id IN "));
        sql.list(ids.iter().copied());
        self.members(sql).await
    }

    async fn list(&self, query: &UserQuery, limit: u32) -> StoreResult<Vec<User>> {
        match listing(query, limit) {
            Some(sql) => self.members(sql).await,
            None => Ok(Vec::new()),
        }
    }

    async fn avatars_after(&self, after: UserId, limit: u32) -> StoreResult<Vec<(UserId, String)>> {
        let sql = Sql::new(
            "SELECT id, avatar FROM users WHERE id > ? AND avatar IS NOT NULL ORDER BY id LIMIT ?",
        );
        let rows: Vec<(i64, String)> = self.read.all(sql.bind(after).bind(limit)).await?;
        let rows = rows.into_iter();
        Ok(rows.map(|(id, key)| (UserId::new(id), key)).collect())
    }

    async fn credentials(&self, email_key: &str) -> StoreResult<Option<Credentials>> {
        // COALESCE, for SQLite would look through all unconfirmed accounts by the index over `email_key`.
        let sql = Sql::new(format!(
            "SELECT {CREDENTIALS} FROM users WHERE id = COALESCE(\
             (SELECT id FROM users WHERE email_key = ?), \
             (SELECT id FROM users WHERE pending_email_key = ? AND COALESCE(email_key, '') = '' \
             ORDER BY id DESC LIMIT 1))"
        ));
        self.sign_in(sql.bind(email_key).bind(email_key)).await
    }

    async fn credentials_of(&self, user: UserId) -> StoreResult<Option<Credentials>> {
        let sql = Sql::new(format!("SELECT {CREDENTIALS} FROM users WHERE id = ?"));
        self.sign_in(sql.bind(user)).await
    }

    async fn confirmed_with(&self, email_key: &str) -> StoreResult<Option<User>> {
        let sql = Sql::new(format!("SELECT {USER} FROM users WHERE email_key = ?"));
        self.user(sql.bind(email_key)).await
    }

    async fn waiting_for(&self, email_key: &str, limit: u32) -> StoreResult<Vec<User>> {
        let sql = Sql::new(format!(
            "SELECT {USER} FROM users WHERE pending_email_key = ? ORDER BY id DESC LIMIT ?"
        ));
        self.members(sql.bind(email_key).bind(limit)).await
    }
}

/// The statement of a list; none when nobody can fit.
fn listing(query: &UserQuery, limit: u32) -> Option<Sql> {
    let mut sql = Sql::new(format!("SELECT {USER} FROM users WHERE 1 = 1"));
    if let Some(id) = query.id {
        sql.with(" AND id = ?", id?);
    }
    if let Some(prefix) = query.username_prefix.as_deref().filter(|p| !p.is_empty()) {
        // MySQL ignores spaces at the end of a text: a prefix that no name can have is not asked for.
        let possible = prefix.bytes().all(Username::allows);
        let end = behind_prefix(prefix).filter(|_| possible)?;
        sql.with(" AND username_key >= ?", prefix)
            .with(" AND username_key < ?", end);
    }
    match (&query.email_key, query.unconfirmed) {
        (Some(key), true) => {
            sql.with(" AND (email_key = ?", key)
                .with(" OR pending_email_key = ?)", key);
        }
        (Some(key), false) => {
            sql.with(" AND email_key = ?", key);
        }
        (None, true) => {}
        (None, false) => {
            sql.push(" AND email_key IS NOT NULL");
        }
    }
    sql.with(" ORDER BY id DESC LIMIT ?", limit);
    Some(sql)
}
