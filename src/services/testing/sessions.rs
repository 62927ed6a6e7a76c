//! Sessions in memory, beside the accounts they belong to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::Accounts;
use crate::domain::id::UserId;
use crate::domain::session::{LiveSession, Session, SessionId};
use crate::domain::timestamp::Timestamp;
use crate::domain::user::Stamp;
use crate::ports::sessions::SessionStore;
use crate::ports::store::StoreResult;

/// A session store over a map.
pub struct MemorySessions {
    accounts: Arc<Accounts>,
    rows: Mutex<HashMap<SessionId, Session>>,
}

impl MemorySessions {
    pub fn new(accounts: Arc<Accounts>) -> Self {
        Self {
            accounts,
            rows: Mutex::default(),
        }
    }

    /// The families as they are now.
    pub fn rows(&self) -> MutexGuard<'_, HashMap<SessionId, Session>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, id: SessionId, change: impl FnOnce(&mut Session)) {
        if let Some(session) = self.rows().get_mut(&id) {
            change(session);
        }
    }
}

#[async_trait]
impl SessionStore for MemorySessions {
    async fn create(&self, session: &Session) -> StoreResult<()> {
        self.accounts.note("sessions.create");
        self.rows().insert(session.id, session.clone());
        Ok(())
    }
    async fn find(&self, id: SessionId) -> StoreResult<Option<LiveSession>> {
        self.accounts.note("sessions.find");
        let Some(session) = self.rows().get(&id).cloned() else {
            return Ok(None);
        };
        let account = self.accounts.rows().account(session.user).cloned();
        // Racing callers must get between reading and writing.
        tokio::task::yield_now().await;
        Ok(account.map(|account| LiveSession {
            session,
            stamp: account.stamp,
            role: account.user.role,
        }))
    }
    async fn rotate(&self, id: SessionId, from: i64, now: Timestamp) -> StoreResult<bool> {
        self.accounts.note("sessions.rotate");
        let mut rows = self.rows();
        let current = rows
            .get_mut(&id)
            .filter(|s| s.generation == from && s.revoked.is_none());
        let Some(session) = current else {
            return Ok(false);
        };
        session.generation += 1;
        session.rotated = now;
        session.used = None;
        Ok(true)
    }
    async fn mark_used(&self, id: SessionId, generation: i64, now: Timestamp) -> StoreResult<()> {
        self.accounts.note("sessions.mark_used");
        self.change(id, |session| {
            if session.generation == generation {
                session.used.get_or_insert(now);
                session.last_used = now;
            }
        });
        Ok(())
    }
    async fn restamp(&self, id: SessionId, stamp: Stamp) -> StoreResult<()> {
        self.accounts.note("sessions.restamp");
        self.change(id, |session| session.stamp = stamp);
        Ok(())
    }
    async fn revoke(&self, id: SessionId, now: Timestamp) -> StoreResult<()> {
        self.accounts.note("sessions.revoke");
        self.change(id, |session| session.revoked = Some(now));
        Ok(())
    }
    async fn revoke_all(&self, user: UserId, now: Timestamp) -> StoreResult<()> {
        self.accounts.note("sessions.revoke_all");
        let mut rows = self.rows();
        for session in rows.values_mut().filter(|session| session.user == user) {
            session.revoked = Some(now);
        }
        Ok(())
    }
    async fn purge(&self, now: Timestamp, _limit: u32) -> StoreResult<u64> {
        let mut rows = self.rows();
        let before = rows.len();
        rows.retain(|_, session| session.expires > now);
        Ok((before - rows.len()) as u64)
    }
}
