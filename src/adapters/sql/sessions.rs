//! Sessions in the database.

use async_trait::async_trait;

use super::SqlStore;
use super::error::corrupt;
use super::statement::Sql;
use crate::domain::id::UserId;
use crate::domain::session::{LiveSession, Session, SessionId};
use crate::domain::timestamp::Timestamp;
use crate::domain::user::{Role, Stamp};
use crate::ports::sessions::SessionStore;
use crate::ports::store::{StoreError, StoreResult};

/// The session store of one database. Each operation is one statement.
#[derive(Debug, Clone)]
pub struct SqlSessions {
    store: SqlStore,
}

impl SqlSessions {
    pub(super) const fn new(store: SqlStore) -> Self {
        Self { store }
    }

    async fn write(&self, sql: Sql) -> StoreResult<u64> {
        Ok(self.store.write.run(sql).await?.rows)
    }
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    user_id: i64,
    stamp: Vec<u8>,
    generation: i64,
    rotated: i64,
    used: Option<i64>,
    last_used: i64,
    created: i64,
    expires: i64,
    revoked: Option<i64>,
    member_stamp: Vec<u8>,
    role: String,
}

impl SessionRow {
    fn into_session(self, id: SessionId) -> StoreResult<LiveSession> {
        let row = || hex::encode(id.0);
        let stamp = |bytes: Vec<u8>, table| -> Result<Stamp, StoreError> {
            let bytes = bytes.try_into();
            bytes.map(Stamp).map_err(|_| corrupt(table, "stamp", row()))
        };
        let role = Role::parse(&self.role).ok_or_else(|| corrupt("users", "role", self.user_id))?;
        Ok(LiveSession {
            session: Session {
                id,
                user: UserId::new(self.user_id),
                stamp: stamp(self.stamp, "sessions")?,
                generation: self.generation,
                rotated: Timestamp::from_micros(self.rotated),
                used: self.used.map(Timestamp::from_micros),
                last_used: Timestamp::from_micros(self.last_used),
                created: Timestamp::from_micros(self.created),
                expires: Timestamp::from_micros(self.expires),
                revoked: self.revoked.map(Timestamp::from_micros),
            },
            stamp: stamp(self.member_stamp, "users")?,
            role,
        })
    }
}

#[async_trait]
impl SessionStore for SqlSessions {
    async fn create(&self, session: &Session) -> StoreResult<()> {
        let sql = Sql::new(
            "INSERT INTO sessions (id, user_id, stamp, generation, rotated, used, last_used, created, \
             expires, revoked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&session.id.0[..])
        .bind(session.user)
        .bind(&session.stamp.0[..])
        .bind(session.generation)
        .bind(session.rotated)
        .bind(session.used)
        .bind(session.last_used)
        .bind(session.created)
        .bind(session.expires)
        .bind(session.revoked);
        self.write(sql).await.map(|_| ())
    }

    async fn find(&self, id: SessionId) -> StoreResult<Option<LiveSession>> {
        let sql = Sql::new(
            "SELECT s.user_id, s.stamp, s.generation, s.rotated, s.used, s.last_used, s.created, s.expires, \
             s.revoked, u.stamp AS member_stamp, u.role FROM sessions s JOIN users u ON u.id = s.user_id \
             WHERE s.id = ?",
        )
        .bind(&id.0[..]);
        let row: Option<SessionRow> = self.store.read.optional(sql).await?;
        row.map(|row| row.into_session(id)).transpose()
    }

    async fn rotate(&self, id: SessionId, from: i64, now: Timestamp) -> StoreResult<bool> {
        let sql = Sql::new(
            "UPDATE sessions SET generation = ?, rotated = ?, used = NULL, last_used = ? \
             WHERE id = ? AND generation = ? AND revoked IS NULL",
        )
        .bind(from.saturating_add(1))
        .bind(now)
        .bind(now)
        .bind(&id.0[..])
        .bind(from);
        Ok(self.write(sql).await? == 1)
    }

    async fn mark_used(&self, id: SessionId, generation: i64, now: Timestamp) -> StoreResult<()> {
        let sql = Sql::new(
            "UPDATE sessions SET used = CASE WHEN generation = ? AND used IS NULL THEN ? ELSE used END, \
             last_used = CASE WHEN last_used < ? THEN ? ELSE last_used END WHERE id = ?",
        )
        .bind(generation)
        .bind(now)
        .bind(now)
        .bind(now)
        .bind(&id.0[..]);
        self.write(sql).await.map(|_| ())
    }

    async fn restamp(&self, id: SessionId, stamp: Stamp) -> StoreResult<()> {
        let sql = Sql::new("UPDATE sessions SET stamp = ? WHERE id = ?")
            .bind(&stamp.0[..])
            .bind(&id.0[..]);
        self.write(sql).await.map(|_| ())
    }

    async fn revoke(&self, id: SessionId, now: Timestamp) -> StoreResult<()> {
        let sql = Sql::new("UPDATE sessions SET revoked = ? WHERE id = ? AND revoked IS NULL")
            .bind(now)
            .bind(&id.0[..]);
        self.write(sql).await.map(|_| ())
    }

    async fn revoke_all(&self, user: UserId, now: Timestamp) -> StoreResult<()> {
        let sql = Sql::new("UPDATE sessions SET revoked = ? WHERE user_id = ? AND revoked IS NULL")
            .bind(now)
            .bind(user);
        self.write(sql).await.map(|_| ())
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> StoreResult<u64> {
        let sql = Sql::new(
            "DELETE FROM sessions WHERE id IN (SELECT id FROM \
             (SELECT id FROM sessions WHERE expires <= ? ORDER BY expires LIMIT ?) AS expired)",
        )
        .bind(now)
        .bind(limit);
        self.write(sql).await
    }
}
