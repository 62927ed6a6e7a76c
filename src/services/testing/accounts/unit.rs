//! A unit of work over a copy of the rows.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio::sync::OwnedMutexGuard;

use super::faults::Trace;
use super::{Account, Rows, locked};
use crate::domain::email::Email;
use crate::domain::id::UserId;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::{MailToken, TokenPurpose};
use crate::domain::user::{Role, Stamp, User};
use crate::ports::embeddings::Embeddings;
use crate::ports::journal::Journal;
use crate::ports::outbox::{Outbox, Task};
use crate::ports::products::Products;
use crate::ports::sales::Sales;
use crate::ports::store::{StoreError, StoreResult, UnitOfWork};
use crate::ports::tokens::MailTokens;
use crate::ports::users::{NewUser, Purged, Users};

/// Changes a copy; the commit puts it in place of the rows.
pub struct Unit {
    pub(super) rows: Rows,
    committed: Arc<Mutex<Rows>>,
    trace: Arc<Mutex<Trace>>,
    _turn: OwnedMutexGuard<()>,
}

impl Unit {
    pub fn new(
        committed: Arc<Mutex<Rows>>,
        trace: Arc<Mutex<Trace>>,
        turn: OwnedMutexGuard<()>,
    ) -> Self {
        let rows = locked(&committed).clone();
        Self {
            rows,
            committed,
            trace,
            _turn: turn,
        }
    }

    fn note(&self, statement: &'static str) {
        locked(&self.trace).statements.push(statement);
    }

    /// Notes a statement, which may fail.
    pub(super) fn step(&self, statement: &'static str) -> StoreResult<()> {
        let fault = locked(&self.trace).note(statement);
        fault.map_or(Ok(()), |fault| {
            fault.strike(&mut locked(&self.committed), &self.rows)
        })
    }

    fn change(&mut self, id: UserId, change: impl FnOnce(&mut Account)) {
        if let Some(account) = self.rows.account_mut(id) {
            change(account);
        }
    }

    fn name_is_free(&self, user: UserId, key: &str) -> StoreResult<()> {
        let mut others = self.rows.users.iter().filter(|row| row.user.id != user);
        if others.any(|row| row.user.username.key() == key) {
            return Err(StoreError::Conflict("username"));
        }
        Ok(())
    }
}

#[async_trait]
impl UnitOfWork for Unit {
    fn users(&mut self) -> &mut dyn Users {
        self
    }
    fn tokens(&mut self) -> &mut dyn MailTokens {
        self
    }
    fn products(&mut self) -> &mut dyn Products {
        self
    }
    fn sales(&mut self) -> &mut dyn Sales {
        self
    }
    fn outbox(&mut self) -> &mut dyn Outbox {
        self
    }
    fn journal(&mut self) -> &mut dyn Journal {
        self
    }
    fn embeddings(&mut self) -> &mut dyn Embeddings {
        self
    }
    async fn commit(self: Box<Self>) -> StoreResult<()> {
        self.step("commit")?;
        *locked(&self.committed) = self.rows;
        Ok(())
    }
}

#[async_trait]
impl Users for Unit {
    async fn add(&mut self, user: &NewUser) -> StoreResult<UserId> {
        self.note("users.add");
        self.name_is_free(UserId::new(0), &user.username.key())?;
        let mut row = Account::pending(user.username.as_str(), user.pending_email.as_str());
        row.hash.clone_from(&user.password_hash);
        row.stamp = user.stamp;
        row.user.bio = user.bio.clone();
        row.user.avatar.clone_from(&user.avatar);
        row.user.joined = user.joined;
        Ok(self.rows.insert(row))
    }
    async fn lock(&mut self, id: UserId) -> StoreResult<Option<User>> {
        self.step("users.lock")?;
        Ok(self.rows.account(id).map(|row| row.user.clone()))
    }
    async fn owner_of(&mut self, email_key: &str) -> StoreResult<Option<UserId>> {
        self.note("users.owner_of");
        Ok(self.rows.confirmed(email_key).map(|row| row.user.id))
    }
    async fn update(&mut self, user: &User) -> StoreResult<()> {
        self.note("users.update");
        self.name_is_free(user.id, &user.username.key())?;
        self.change(user.id, |row| row.user = user.clone());
        Ok(())
    }
    async fn confirm(&mut self, id: UserId, email: &Email) -> StoreResult<()> {
        self.note("users.confirm");
        if let Some(other) = self.rows.confirmed(&email.key())
            && other.user.id != id
        {
            return Err(StoreError::Conflict("email"));
        }
        self.change(id, |row| {
            row.user.email = Some(email.clone());
            row.user.pending_email = None;
        });
        Ok(())
    }
    async fn set_password(&mut self, id: UserId, hash: &str, stamp: Stamp) -> StoreResult<()> {
        self.note("users.set_password");
        self.change(id, |row| {
            row.hash = hash.to_owned();
            row.stamp = stamp;
        });
        Ok(())
    }
    async fn rehash(&mut self, id: UserId, from: &str, to: &str) -> StoreResult<()> {
        self.note("users.rehash");
        self.change(id, |row| {
            if row.hash == from {
                row.hash = to.to_owned();
            }
        });
        Ok(())
    }
    async fn set_stamp(&mut self, id: UserId, stamp: Stamp) -> StoreResult<()> {
        self.note("users.set_stamp");
        self.change(id, |row| row.stamp = stamp);
        Ok(())
    }
    async fn set_role(&mut self, email_key: &str, role: Role) -> StoreResult<bool> {
        let found = self.rows.confirmed(email_key).map(|row| row.user.id);
        if let Some(id) = found {
            self.change(id, |row| row.user.role = role);
        }
        Ok(found.is_some())
    }
    async fn purge_unconfirmed(&mut self, before: Timestamp, limit: u32) -> StoreResult<Purged> {
        let mut purged = Purged::default();
        self.rows.users.retain(|row| {
            let goes = !row.user.is_confirmed()
                && row.user.joined < before
                && purged.accounts < u64::from(limit);
            if goes {
                purged.accounts += 1;
                purged.avatars.extend(row.user.avatar.clone());
            }
            !goes
        });
        Ok(purged)
    }
}

#[async_trait]
impl MailTokens for Unit {
    async fn add(&mut self, token: &MailToken) -> StoreResult<()> {
        self.note("tokens.add");
        self.rows.tokens.push(token.clone());
        Ok(())
    }
    async fn take(
        &mut self,
        hash: &[u8; 32],
        purpose: TokenPurpose,
        now: Timestamp,
    ) -> StoreResult<Option<MailToken>> {
        self.note("tokens.take");
        let fits = |t: &MailToken| t.hash == *hash && t.purpose == purpose && now < t.expires;
        let at = self.rows.tokens.iter().position(fits);
        Ok(at.map(|at| self.rows.tokens.remove(at)))
    }
    async fn void(&mut self, user: UserId, purpose: TokenPurpose) -> StoreResult<()> {
        self.note("tokens.void");
        let tokens = &mut self.rows.tokens;
        tokens.retain(|t| t.user != user || t.purpose != purpose);
        Ok(())
    }
    async fn purge(&mut self, now: Timestamp, _limit: u32) -> StoreResult<u64> {
        let before = self.rows.tokens.len();
        self.rows.tokens.retain(|t| now < t.expires);
        Ok((before - self.rows.tokens.len()) as u64)
    }
}

#[async_trait]
impl Outbox for Unit {
    async fn add(&mut self, task: &Task, _now: Timestamp) -> StoreResult<()> {
        self.step("outbox.add")?;
        self.rows.outbox.push(task.clone());
        Ok(())
    }
}

#[async_trait]
impl Journal for Unit {
    async fn open(&mut self, keys: &[String], now: Timestamp) -> StoreResult<()> {
        self.step("journal.open")?;
        let notes = keys.iter().map(|key| (key.clone(), now));
        self.rows.journal.extend(notes);
        Ok(())
    }
    async fn close(&mut self, keys: &[String]) -> StoreResult<bool> {
        self.step("journal.close")?;
        let before = self.rows.journal.len();
        self.rows.journal.retain(|(key, _)| !keys.contains(key));
        Ok(before - self.rows.journal.len() == keys.len())
    }
    async fn take_stale(&mut self, before: Timestamp, limit: u32) -> StoreResult<Vec<String>> {
        let journal = &mut self.rows.journal;
        let stale = journal.iter().filter(|(_, made)| *made < before);
        let keys: Vec<String> = stale.take(limit as usize).map(|(k, _)| k.clone()).collect();
        journal.retain(|(key, _)| !keys.contains(key));
        Ok(keys)
    }
}
