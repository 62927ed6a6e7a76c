//! Signing in: the same work for every address (A3, A4), counted before it is done.

use std::net::IpAddr;

use tracing::{info, warn};

use super::{Auth, SignInError, SignedIn};
use crate::domain::email::Email;
use crate::domain::password::Password;
use crate::domain::session::{Session, SessionId};
use crate::domain::user::Credentials;
use crate::ports::chance;
use crate::ports::passwords::{HashError, Verdict};
use crate::ports::rate_limit::{Quota, Taken};
use crate::ports::store::StoreResult;
use crate::services::limits::{address_key, network_key};
use crate::services::retry::retrying;

/// What a failed attempt is counted under.
struct Attempt {
    network: String,
    account: String,
}

impl Auth {
    pub(super) async fn open(
        &self,
        email: &str,
        password: &str,
        from: IpAddr,
    ) -> Result<SignedIn, SignInError> {
        let attempt = self.begin_attempt(email, from).await?;
        // An address that does not parse is looked up as one that nobody has.
        let key = Email::parse(email).map_or_else(|_| String::new(), |email| email.key());
        let found = self.store.users().credentials(&key).await?;
        let verdict = match self.compare(found.as_ref(), password).await {
            Ok(verdict) => verdict,
            Err(error) => {
                self.forgive(&attempt).await?;
                return Err(error.into());
            }
        };
        let Some(found) = found.filter(|_| verdict != Verdict::Mismatch) else {
            info!(target: "shotify::security", event = "sign_in_failed");
            return Err(SignInError::Refused);
        };
        self.forgive(&attempt).await?;
        if !found.confirmed {
            info!(target: "shotify::security", event = "sign_in_unconfirmed", user = found.user.get());
            return Err(SignInError::NotVerified);
        }
        if verdict == Verdict::MatchOutdated {
            self.renew_hash(&found, password).await;
        }
        Ok(self.begin_session(&found).await?)
    }

    /// Counts the attempt as failed until it turns out otherwise, so that parallel ones cannot get around
    /// the limit.
    async fn begin_attempt(&self, email: &str, from: IpAddr) -> Result<Attempt, SignInError> {
        let limits = &self.settings.limits;
        let attempt = Attempt {
            network: network_key("sign-in-from", from),
            account: address_key("sign-in-to", email),
        };
        self.count(&attempt.network, limits.tries_per_network)
            .await?;
        let counted = self.count(&attempt.account, limits.tries_per_account).await;
        if counted.is_err() {
            // Nothing is compared: it is no wrong password from this network.
            self.limiter.give_back(&attempt.network).await?;
        }
        counted.map(|()| attempt)
    }

    async fn count(&self, key: &str, quota: Quota) -> Result<(), SignInError> {
        match self.limiter.take(key, quota).await? {
            Taken::Allowed => Ok(()),
            Taken::Denied { retry_after } => {
                warn!(target: "shotify::security", event = "sign_in_limited");
                Err(SignInError::Limited { retry_after })
            }
        }
    }

    async fn forgive(&self, attempt: &Attempt) -> StoreResult<()> {
        self.limiter.give_back(&attempt.account).await?;
        self.limiter.give_back(&attempt.network).await
    }

    /// One comparison, whether or not there is an account and whatever was sent as its password.
    async fn compare(
        &self,
        found: Option<&Credentials>,
        password: &str,
    ) -> Result<Verdict, HashError> {
        let sent = Password::to_compare(password);
        let hash = found.filter(|_| sent.is_some());
        let hash = hash.map_or_else(|| self.hasher.decoy(), |f| f.password_hash.clone());
        let sent = sent.or_else(|| Password::to_compare(""));
        let sent = sent.ok_or(HashError::Failed)?;
        self.hasher.verify(sent, hash).await
    }

    /// Hashes a right password with today's parameters (A1). Failing to is no reason to refuse it.
    async fn renew_hash(&self, found: &Credentials, password: &str) {
        let Some(password) = Password::to_compare(password) else {
            return;
        };
        let Ok(hash) = self.hasher.hash(password).await else {
            return;
        };
        let kept = retrying(async || {
            let mut unit = self.store.begin().await?;
            let users = unit.users();
            users
                .rehash(found.user, &found.password_hash, &hash)
                .await?;
            unit.commit().await
        });
        if let Err(error) = kept.await {
            warn!(%error, user = found.user.get(), "a password could not be hashed anew");
        }
    }

    async fn begin_session(&self, found: &Credentials) -> StoreResult<SignedIn> {
        let now = self.clock.now();
        let session = Session {
            id: SessionId(chance::bytes(&*self.random)),
            user: found.user,
            stamp: found.stamp,
            generation: 1,
            rotated: now,
            used: None,
            last_used: now,
            created: now,
            expires: now.plus(self.settings.lifetime),
            revoked: None,
        };
        self.sessions.create(&session).await?;
        info!(target: "shotify::security", event = "signed_in", user = found.user.get());
        Ok(self.tokens(&session))
    }
}
