//! Sessions: families of rotating tokens, and what a presented token means.

use std::time::Duration;

use super::id::UserId;
use super::timestamp::Timestamp;
use super::user::{Role, Stamp};

/// How long after the successor's first use a repeated refresh token is only refused, not yet taken
/// for a theft (rules, HTTP; S6).
pub const REUSE_GRACE: Duration = Duration::from_secs(10);
/// Last use is recorded at most this often.
pub const TOUCH_EVERY: Duration = Duration::from_mins(5);

/// 16 random bytes naming a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId(pub [u8; 16]);

/// A family of tokens: one sign-in of one member in one browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The family's name.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// The member's security stamp when the session began, or when it was last renewed.
    pub stamp: Stamp,
    /// Which pair of tokens is the current one; each rotation adds one.
    pub generation: i64,
    /// When the current generation was made.
    pub rotated: Timestamp,
    /// When a token of the current generation was first used.
    pub used: Option<Timestamp>,
    /// Last use, recorded now and then.
    pub last_used: Timestamp,
    /// Sign-in.
    pub created: Timestamp,
    /// Absolute end.
    pub expires: Timestamp,
    /// Ended before its time.
    pub revoked: Option<Timestamp>,
}

/// A session with what its member's row says now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSession {
    /// The family.
    pub session: Session,
    /// The member's security stamp now.
    pub stamp: Stamp,
    /// The member's role now.
    pub role: Role,
}

/// What to do about a presented refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresh {
    /// It is the current one: make its successor.
    Rotate,
    /// Its successor was never used: answer with that same successor.
    Repeat,
    /// Its successor is in use: refuse.
    Refuse,
    /// It was stolen, or its successor was: refuse and end the family.
    Revoke,
}

impl LiveSession {
    /// Neither revoked, nor expired, nor idle too long, nor ended by a change of the member's stamp.
    #[must_use]
    pub fn is_live(&self, now: Timestamp, idle: Duration) -> bool {
        let session = &self.session;
        session.revoked.is_none()
            && now < session.expires
            && now < session.last_used.plus(idle)
            && self.stamp == session.stamp
    }
}

impl Session {
    /// Judges a refresh token of `generation` (rules, HTTP, "Refresh"; S5–S7).
    #[must_use]
    pub fn judge(&self, generation: i64, now: Timestamp) -> Refresh {
        if generation == self.generation {
            return Refresh::Rotate;
        }
        if generation > self.generation {
            return Refresh::Refuse;
        }
        match self.used {
            _ if generation < self.generation - 1 => Refresh::Revoke,
            None => Refresh::Repeat,
            Some(used) if now.since(used) < REUSE_GRACE => Refresh::Refuse,
            Some(_) => Refresh::Revoke,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn session(generation: i64, used: Option<i64>) -> Session {
        Session {
            id: SessionId([1; 16]),
            user: UserId::new(1),
            stamp: Stamp([1; 16]),
            generation,
            rotated: at(100),
            used: used.map(at),
            last_used: at(100),
            created: at(0),
            expires: at(1000),
            revoked: None,
        }
    }

    /// S5 S6
    #[test]
    fn a_presented_token_means_what_the_rules_say() {
        let table = [
            (3, 3, None, 100, Refresh::Rotate),
            (3, 3, Some(100), 500, Refresh::Rotate),
            (3, 2, None, 999, Refresh::Repeat),
            (3, 2, Some(100), 109, Refresh::Refuse),
            (3, 2, Some(100), 110, Refresh::Revoke),
            (3, 1, None, 100, Refresh::Revoke),
            (3, 4, None, 100, Refresh::Refuse),
        ];
        for (current, presented, used, now, expected) in table {
            assert_eq!(
                session(current, used).judge(presented, at(now)),
                expected,
                "{presented} of {current}, used {used:?} at {now}"
            );
        }
    }

    /// S9
    #[test]
    fn a_session_ends_idle_at_its_absolute_end_or_by_the_stamp() {
        let idle = Duration::from_secs(200);
        let live = |stamp: u8, now: i64| {
            LiveSession {
                session: session(1, None),
                stamp: Stamp([stamp; 16]),
                role: Role::User,
            }
            .is_live(at(now), idle)
        };
        assert!(live(1, 299));
        assert!(!live(1, 300), "idle");
        assert!(!live(2, 200), "stamp");
        let mut old = LiveSession {
            session: session(1, None),
            stamp: Stamp([1; 16]),
            role: Role::User,
        };
        old.session.last_used = at(999);
        assert!(old.is_live(at(999), idle));
        assert!(!old.is_live(at(1000), idle), "absolute end although active");
        old.session.revoked = Some(at(5));
        assert!(!old.is_live(at(999), idle), "revoked");
    }
}
