//! argon2id on a bounded number of threads (A1, L3).

use std::sync::Arc;
use std::time::{Duration, Instant};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use async_trait::async_trait;
use base64::prelude::{BASE64_STANDARD_NO_PAD, Engine as _};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::domain::password::Password;
use crate::observe::table;
use crate::ports::chance::{self, Random};
use crate::ports::passwords::{HashError, PasswordHasher, Verdict};

/// Memory in KiB, passes, lanes: OWASP's first choice.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const LENGTH: usize = 32;

/// How long a password waits for its turn: who is told to come again has lost less than who waits on.
const PATIENCE: Duration = Duration::from_secs(5);

/// Hashes off the async workers. Each hash in work takes 19 MiB, so the workers bound the memory, too.
pub struct Argon2Hasher {
    random: Arc<dyn Random>,
    /// Hashes in work.
    workers: Arc<Semaphore>,
    /// Hashes in work and waiting: none left means `Busy`.
    places: Arc<Semaphore>,
}

impl Argon2Hasher {
    /// Works on `workers` hashes at once and lets `queue` more wait, each for [`PATIENCE`] at most.
    #[must_use]
    pub fn new(random: Arc<dyn Random>, workers: usize, queue: usize) -> Self {
        let workers = workers.max(1);
        Self {
            random,
            workers: Arc::new(Semaphore::new(workers)),
            places: Arc::new(Semaphore::new(workers + queue)),
        }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashError> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| HashError::Busy)?;
        let waiting = table::PASSWORDS_WAITING.hold(1);
        let turn = timeout(PATIENCE, Arc::clone(&self.workers).acquire_owned()).await;
        drop(waiting);
        let turn = turn.map_err(|_| HashError::Busy)?;
        let turn = turn.map_err(|_| HashError::Failed)?;
        // The permits go along: a caller who leaves does not free the thread that works for them.
        let done = tokio::task::spawn_blocking(move || {
            let begun = Instant::now();
            let result = work();
            table::PASSWORD_DURATION.plain().record(begun.elapsed());
            drop((turn, place));
            result
        });
        done.await.map_err(|_| HashError::Failed)?
    }
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: Password) -> Result<String, HashError> {
        let salt = chance::bytes::<16>(&*self.random);
        let work = move || {
            let hash = argon2().hash_password_with_salt(password.expose().as_bytes(), &salt);
            hash.map(|h| h.to_string()).map_err(|_| HashError::Failed)
        };
        self.run(work).await
    }

    async fn verify(&self, password: Password, hash: String) -> Result<Verdict, HashError> {
        self.run(move || compare(&password, &hash)).await
    }

    fn decoy(&self) -> String {
        let salt = BASE64_STANDARD_NO_PAD.encode(chance::bytes::<16>(&*self.random));
        let hash = BASE64_STANDARD_NO_PAD.encode(chance::bytes::<LENGTH>(&*self.random));
        format!("$argon2id$v=19$m={MEMORY},t={PASSES},p={LANES}${salt}${hash}")
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY, PASSES, LANES, Some(LENGTH));
    let params = params.expect("the parameters are constants within argon2's ranges");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn compare(password: &Password, hash: &str) -> Result<Verdict, HashError> {
    let parsed = PasswordHash::new(hash).map_err(|_| HashError::Failed)?;
    match argon2().verify_password(password.expose().as_bytes(), &parsed) {
        Ok(()) if is_outdated(&parsed) => Ok(Verdict::MatchOutdated),
        Ok(()) => Ok(Verdict::Match),
        Err(Error::PasswordInvalid) => Ok(Verdict::Mismatch),
        Err(_) => Err(HashError::Failed),
    }
}

/// Weaker than today's parameters in any respect.
fn is_outdated(hash: &PasswordHash) -> bool {
    let Ok(params) = Params::try_from(hash) else {
        return true;
    };
    hash.algorithm != Algorithm::Argon2id.ident()
        || hash.version != Some(Version::V0x13.into())
        || params.m_cost() < MEMORY
        || params.t_cost() < PASSES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::chance::SystemRandom;

    fn hasher(workers: usize, queue: usize) -> Argon2Hasher {
        Argon2Hasher::new(Arc::new(SystemRandom), workers, queue)
    }

    fn password(text: &str) -> Password {
        Password::to_compare(text).unwrap()
    }

    /// A1
    #[tokio::test]
    async fn hashes_are_argon2id_with_the_promised_parameters() {
        let hasher = hasher(1, 1);
        let hash = hasher.hash(password("one")).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert_ne!(hash, hasher.hash(password("one")).await.unwrap());
        let verdict = hasher.verify(password("one"), hash.clone()).await;
        assert_eq!(verdict, Ok(Verdict::Match));
        let verdict = hasher.verify(password("two"), hash).await;
        assert_eq!(verdict, Ok(Verdict::Mismatch));
    }

    /// A1
    #[tokio::test]
    async fn weaker_parameters_are_found_outdated() {
        let weak = Argon2::from(Params::new(8192, 1, 1, None).unwrap());
        let weak = weak.hash_password_with_salt(b"one", b"0123456789abcdef");
        let hasher = hasher(1, 1);
        let verdict = hasher.verify(password("one"), weak.unwrap().to_string());
        assert_eq!(verdict.await, Ok(Verdict::MatchOutdated));
    }

    /// A4
    #[tokio::test]
    async fn the_decoy_costs_the_same_and_matches_nothing() {
        let hasher = hasher(1, 1);
        let decoy = hasher.decoy();
        assert!(decoy.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let verdict = hasher.verify(password(""), decoy).await;
        assert_eq!(verdict, Ok(Verdict::Mismatch));
    }

    /// A2
    #[tokio::test]
    async fn long_passwords_are_not_cut() {
        let hasher = hasher(1, 1);
        let long = "x".repeat(255);
        let hash = hasher.hash(password(&format!("{long}a"))).await.unwrap();
        let verdict = hasher.verify(password(&format!("{long}b")), hash).await;
        assert_eq!(verdict, Ok(Verdict::Mismatch));
    }

    /// L3
    #[tokio::test]
    async fn more_than_the_queue_holds_is_refused_at_once() {
        let hasher = hasher(1, 1);
        let hash = || hasher.hash(password("one"));
        let (one, two, three) = tokio::join!(hash(), hash(), hash());
        assert!(one.is_ok() && two.is_ok());
        assert_eq!(three, Err(HashError::Busy));
        assert!(hash().await.is_ok(), "places are given back");
    }

    /// L3: what waits is no more than a closure, and who left leaves their place.
    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever_and_who_leaves_makes_room() {
        let hasher = hasher(1, 1);
        let turn = Arc::clone(&hasher.workers).try_acquire_owned().unwrap();
        let hash = || hasher.hash(password("one"));
        for _ in 0..3 {
            let left = timeout(PATIENCE / 2, hash()).await;
            assert!(left.is_err(), "it had no turn");
        }
        assert_eq!(hash().await, Err(HashError::Busy));
        drop(turn);
        assert!(hash().await.is_ok());
    }

    #[tokio::test]
    async fn a_broken_hash_is_a_fault_not_a_wrong_password() {
        let hasher = hasher(1, 1);
        let verdict = hasher.verify(password("one"), "broken".into());
        assert_eq!(verdict.await, Err(HashError::Failed));
    }
}
