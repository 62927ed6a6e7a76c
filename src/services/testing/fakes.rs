//! Fakes of the small ports: time that stands still, chance that counts, hashes that can be read.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::id::UserId;
use crate::domain::password::Password;
use crate::domain::session::SessionId;
use crate::domain::timestamp::Timestamp;
use crate::ports::chance::Random;
use crate::ports::clock::Clock;
use crate::ports::keys::{Claims, SessionKeys, TokenUse};
use crate::ports::passwords::{HashError, PasswordHasher, Verdict};
use crate::ports::rate_limit::{Quota, RateLimiter, Taken};
use crate::ports::store::StoreResult;

/// Time that moves when told.
pub struct FakeClock(AtomicI64);

impl Default for FakeClock {
    fn default() -> Self {
        Self(AtomicI64::new(1_700_000_000_000_000))
    }
}

impl FakeClock {
    pub fn advance(&self, span: Duration) {
        let micros = i64::try_from(span.as_micros()).unwrap();
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Bytes that differ from call to call and are the same in each run.
#[derive(Default)]
pub struct FakeRandom(AtomicU64);

impl Random for FakeRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let call = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = call.to_le_bytes()[at % 8];
        }
    }
}

/// A hash is `now:` or `old:` and the password itself. Counts its work.
#[derive(Default)]
pub struct FakeHasher {
    pub hashed: AtomicU64,
    pub verified: AtomicU64,
}

impl FakeHasher {
    /// How often it worked.
    pub fn work(&self) -> u64 {
        self.hashed.load(Ordering::SeqCst) + self.verified.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl PasswordHasher for FakeHasher {
    async fn hash(&self, password: Password) -> Result<String, HashError> {
        self.hashed.fetch_add(1, Ordering::SeqCst);
        Ok(format!("now:{}", password.expose()))
    }
    async fn verify(&self, password: Password, hash: String) -> Result<Verdict, HashError> {
        self.verified.fetch_add(1, Ordering::SeqCst);
        Ok(match hash.split_once(':') {
            Some(("now", known)) if known == password.expose() => Verdict::Match,
            Some(("old", known)) if known == password.expose() => Verdict::MatchOutdated,
            _ => Verdict::Mismatch,
        })
    }
    fn decoy(&self) -> String {
        "decoy".into()
    }
}

/// Never forgets, but for what is given back.
#[derive(Default)]
pub struct CountingLimiter(Mutex<HashMap<String, u32>>);

impl CountingLimiter {
    /// Everything that is counted, by key.
    pub fn counts(&self) -> HashMap<String, u32> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[async_trait]
impl RateLimiter for CountingLimiter {
    async fn take(&self, key: &str, quota: Quota) -> StoreResult<Taken> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(key.to_owned()).or_default();
        if *count >= quota.limit {
            return Ok(Taken::Denied {
                retry_after: quota.window,
            });
        }
        *count += 1;
        Ok(Taken::Allowed)
    }
    async fn give_back(&self, key: &str) -> StoreResult<()> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(key) {
            *count = count.saturating_sub(1);
        }
        Ok(())
    }
}

/// Tokens that are their claims, spelled out.
pub struct FakeKeys;

impl SessionKeys for FakeKeys {
    fn sign(&self, token_use: TokenUse, claims: &Claims) -> String {
        let Claims {
            user,
            session,
            generation,
            issued,
            expires,
        } = claims;
        let session = hex::encode(session.0);
        let (issued, expires) = (issued.seconds(), expires.seconds());
        format!("{token_use:?} {user} {session} {generation} {issued} {expires}")
    }
    fn read(&self, token_use: TokenUse, token: &str, now: Timestamp) -> Option<Claims> {
        let words: Vec<&str> = token.split(' ').collect();
        let [of, user, session, generation, issued, expires] = words[..] else {
            return None;
        };
        let mut id = [0; 16];
        hex::decode_to_slice(session, &mut id).ok()?;
        let claims = Claims {
            user: UserId::parse(user)?,
            session: SessionId(id),
            generation: generation.parse().ok()?,
            issued: Timestamp::from_seconds(issued.parse().ok()?),
            expires: Timestamp::from_seconds(expires.parse().ok()?),
        };
        (of == format!("{token_use:?}") && now < claims.expires).then_some(claims)
    }
    fn csrf(&self, session: SessionId) -> String {
        hex::encode(session.0)
    }
    fn csrf_matches(&self, session: SessionId, token: &str) -> bool {
        self.csrf(session) == token
    }
}
