//! Sessions and passwords against plain rows.

mod events;
mod passwords;
mod sessions;
mod sign_in;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::*;
use crate::services::testing::{
    Account, Accounts, CountingLimiter, FakeClock, FakeHasher, FakeKeys, FakeRandom, MemorySessions,
};

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const ANNA: &str = "anna@example.com";
const NEW: &str = "a wholly different passphrase";

/// A service over fakes, all of which can be looked at.
struct Bench {
    accounts: Arc<Accounts>,
    sessions: Arc<MemorySessions>,
    hasher: Arc<FakeHasher>,
    limiter: Arc<CountingLimiter>,
    clock: Arc<FakeClock>,
    auth: Auth,
}

impl Bench {
    /// With the confirmed account of Anna and the unconfirmed one of Nora.
    fn new() -> Self {
        let accounts = Arc::new(Accounts::default());
        accounts.member("anna", ANNA);
        accounts.newcomer("nora", "nora@example.com");
        let sessions = Arc::new(MemorySessions::new(Arc::clone(&accounts)));
        let hasher = Arc::new(FakeHasher::default());
        let limiter = Arc::new(CountingLimiter::default());
        let clock = Arc::new(FakeClock::default());
        let auth = Auth {
            store: Arc::clone(&accounts) as _,
            sessions: Arc::clone(&sessions) as _,
            hasher: Arc::clone(&hasher) as _,
            keys: Arc::new(FakeKeys),
            limiter: Arc::clone(&limiter) as _,
            clock: Arc::clone(&clock) as _,
            random: Arc::new(FakeRandom::default()),
            settings: AuthSettings::default(),
        };
        Self {
            accounts,
            sessions,
            hasher,
            limiter,
            clock,
            auth,
        }
    }

    async fn try_sign_in(&self, email: &str, password: &str) -> Result<SignedIn, SignInError> {
        self.auth.sign_in(email, password, HOME).await
    }

    async fn anna_signs_in(&self) -> SignedIn {
        self.try_sign_in(ANNA, Account::PASSWORD).await.unwrap()
    }

    async fn viewer(&self, tokens: &SignedIn) -> Option<Viewer> {
        self.auth.authenticate(&tokens.access).await.unwrap()
    }
}

/// What a call answered, without what differs from session to session.
fn kind<T, E: std::fmt::Debug>(result: Result<T, E>) -> String {
    result.map_or_else(|error| format!("{error:?}"), |_| "ok".into())
}
