//! Sessions whose marks of use are in Redis.
//!
//! What must never be forgotten is decided by the durable store alone, by one statement each: that a session exists,
//! its generation, the first use of a generation (by which a stolen token is told from a lost answer), its revocation.
//! Redis holds what may be forgotten: when a session was last used. So there is nothing in Redis that could bring an
//! ended session or a consumed token back, whichever of its states returns after a flush or a failover, and a session
//! that it forgot lives on from its row. Of racing rotations one wins, because one `UPDATE` does.
//!
//! What that buys: one statement by primary key reads the session with its member's stamp and role on each request
//! anyway, and Redis is asked beside it, not after it. But the note of last use that an active session leaves every five
//! minutes goes to Redis instead of the database's primary; there it is one write in each generation, beside that
//! of the rotation. The row's own last use is hence older by one generation at most, or by [`TELL_AFTER`] of the
//! idle time where that is shorter: by so much a session may end earlier for want of use after Redis forgot.
//!
//! Marks only go forward, and end with the idle time: a session that is not used for so long has ended as well. While
//! Redis is away a session that may be alive is UNAVAILABLE (D1): how long it was idle is not known.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use redis::{Cmd, Script};

use crate::adapters::redis::{RedisLink, Sending};
use crate::domain::id::UserId;
use crate::domain::session::{LiveSession, Session, SessionId};
use crate::domain::timestamp::Timestamp;
use crate::domain::user::Stamp;
use crate::ports::sessions::SessionStore;
use crate::ports::store::StoreResult;

/// After this part of the idle time the row is told of the last use, too.
const TELL_AFTER: u32 = 2;

/// `KEYS`: the marks. `ARGV`: generation, now, whether the row was told, milliseconds of idle time.
static MARK: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local now = tonumber(ARGV[2])
        local function forward(field)
            local known = tonumber(redis.call('HGET', KEYS[1], field))
            if not known or known < now then
                redis.call('HSET', KEYS[1], field, ARGV[2])
            end
        end
        local generation = tonumber(redis.call('HGET', KEYS[1], 'generation'))
        if not generation or generation < tonumber(ARGV[1]) then
            redis.call('HSET', KEYS[1], 'generation', ARGV[1], 'used', ARGV[2])
        end
        forward('last')
        if ARGV[3] == '1' then
            forward('told')
        end
        redis.call('PEXPIRE', KEYS[1], ARGV[4])
        ",
    )
});

/// What Redis knows of a session; all of it or nothing.
struct Marks {
    /// The generation whose first use is known.
    generation: Option<i64>,
    /// That first use, of which the row was told before.
    used: Option<i64>,
    last: Option<i64>,
    /// When the row was told of a use the last time.
    told: Option<i64>,
}

impl Marks {
    /// Adds what they know to the row. A generation that is not the row's means nothing.
    fn complete(&self, session: &mut Session) {
        if self.generation == Some(session.generation) {
            session.used = session.used.or(self.used.map(Timestamp::from_micros));
        }
        if let Some(last) = self.last.map(Timestamp::from_micros) {
            session.last_used = session.last_used.max(last);
        }
    }

    /// Whether a use of this generation is no news to the row.
    fn is_told(&self, generation: i64, now: Timestamp, idle: Duration) -> bool {
        let told = self.told.map(Timestamp::from_micros);
        self.generation == Some(generation)
            && told.is_some_and(|told| now.since(told) < idle / TELL_AFTER)
    }
}

/// Sessions of a durable store, their last use in Redis.
pub struct RedisSessions {
    durable: Arc<dyn SessionStore>,
    link: Arc<RedisLink>,
    idle: Duration,
}

impl RedisSessions {
    /// `durable` has the last word; `idle` is how long a session lives without use.
    #[must_use]
    pub fn new(durable: Arc<dyn SessionStore>, link: Arc<RedisLink>, idle: Duration) -> Self {
        Self {
            durable,
            link,
            idle,
        }
    }

    fn key(&self, id: SessionId) -> String {
        self.link.key("session", &hex::encode(id.0))
    }

    async fn marks(&self, id: SessionId) -> StoreResult<Marks> {
        let mut read = Cmd::new();
        read.arg("HMGET").arg(self.key(id));
        read.arg(&["generation", "used", "last", "told"]);
        let (generation, used, last, told) = self.link.command(&read, Sending::Repeatable).await?;
        Ok(Marks {
            generation,
            used,
            last,
            told,
        })
    }
}

#[async_trait]
impl SessionStore for RedisSessions {
    async fn create(&self, session: &Session) -> StoreResult<()> {
        self.durable.create(session).await
    }

    /// Whether a session has ended is known without Redis.
    async fn find(&self, id: SessionId) -> StoreResult<Option<LiveSession>> {
        let (row, marks) = tokio::join!(self.durable.find(id), self.marks(id));
        let Some(mut live) = row? else {
            return Ok(None);
        };
        let ended = live.session.revoked.is_some() || live.session.stamp != live.stamp;
        if !ended {
            marks?.complete(&mut live.session);
        }
        Ok(Some(live))
    }

    async fn rotate(&self, id: SessionId, from: i64, now: Timestamp) -> StoreResult<bool> {
        self.durable.rotate(id, from, now).await
    }

    /// The row is told first: what Redis says it was told, it was.
    async fn mark_used(&self, id: SessionId, generation: i64, now: Timestamp) -> StoreResult<()> {
        let told = self.marks(id).await?.is_told(generation, now, self.idle);
        if !told {
            self.durable.mark_used(id, generation, now).await?;
        }
        let mut mark = MARK.prepare_invoke();
        mark.key(self.key(id))
            .arg(generation)
            .arg(now.micros())
            .arg(u8::from(!told))
            .arg(self.idle.as_millis().to_string());
        self.link.script(&mark, Sending::Repeatable).await
    }

    async fn restamp(&self, id: SessionId, stamp: Stamp) -> StoreResult<()> {
        self.durable.restamp(id, stamp).await
    }

    async fn revoke(&self, id: SessionId, now: Timestamp) -> StoreResult<()> {
        self.durable.revoke(id, now).await
    }

    /// By the row's index of members; marks that this leaves behind end by themselves.
    async fn revoke_all(&self, user: UserId, now: Timestamp) -> StoreResult<()> {
        self.durable.revoke_all(user, now).await
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> StoreResult<u64> {
        self.durable.purge(now, limit).await
    }
}
