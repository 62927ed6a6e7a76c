//! Reading outside units.

use async_trait::async_trait;

use super::Accounts;
use crate::domain::id::UserId;
use crate::domain::user::{Credentials, User};
use crate::ports::store::StoreResult;
use crate::ports::users::{UserQuery, UserReader};

#[async_trait]
impl UserReader for Accounts {
    async fn by_ids(&self, ids: &[UserId]) -> StoreResult<Vec<User>> {
        self.note("users.by_ids");
        let rows = self.rows();
        let found = rows.users.iter().filter(|row| ids.contains(&row.user.id));
        Ok(found.map(|row| row.user.clone()).collect())
    }
    async fn list(&self, query: &UserQuery, limit: u32) -> StoreResult<Vec<User>> {
        self.note("users.list");
        let rows = self.rows();
        let found = rows.users.iter().rev().filter(|row| {
            let user = &row.user;
            let named = |prefix: &String| user.username.key().starts_with(prefix);
            let reached = |key: &String| {
                row.confirmed_key().as_ref() == Some(key)
                    || (query.unconfirmed && row.pending_key().as_ref() == Some(key))
            };
            query.id.is_none_or(|id| id == Some(user.id))
                && query.username_prefix.as_ref().is_none_or(named)
                && query.email_key.as_ref().is_none_or(reached)
                && (query.unconfirmed || user.is_confirmed())
        });
        let users = found.map(|row| row.user.clone());
        Ok(users.take(limit as usize).collect())
    }
    async fn avatars_after(
        &self,
        _after: UserId,
        _limit: u32,
    ) -> StoreResult<Vec<(UserId, String)>> {
        panic!("avatars are mocked: see FakeStore")
    }
    async fn credentials(&self, email_key: &str) -> StoreResult<Option<Credentials>> {
        self.note("users.credentials");
        let rows = self.rows();
        let found = rows
            .confirmed(email_key)
            .or_else(|| rows.newest_pending(email_key));
        Ok(found.map(super::Account::credentials))
    }
    async fn credentials_of(&self, user: UserId) -> StoreResult<Option<Credentials>> {
        self.note("users.credentials_of");
        Ok(self.rows().account(user).map(super::Account::credentials))
    }
    async fn confirmed_with(&self, email_key: &str) -> StoreResult<Option<User>> {
        self.note("users.confirmed_with");
        Ok(self.rows().confirmed(email_key).map(|row| row.user.clone()))
    }
    async fn waiting_for(&self, email_key: &str, limit: u32) -> StoreResult<Vec<User>> {
        self.note("users.waiting_for");
        let rows = self.rows();
        let found = rows.users.iter().rev();
        let found = found.filter(|row| row.pending_key().as_deref() == Some(email_key));
        let users = found.map(|row| row.user.clone());
        Ok(users.take(limit as usize).collect())
    }
}
