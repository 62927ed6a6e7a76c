//! What signing in and out is made of.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::{AuthService, ChangePasswordError, RefreshError, ResetError, SignInError, SignedIn};
use crate::domain::session::Session;
use crate::domain::user::Stamp;
use crate::domain::viewer::Viewer;
use crate::ports::chance::{self, Random};
use crate::ports::clock::Clock;
use crate::ports::keys::{Claims, SessionKeys, TokenUse};
use crate::ports::passwords::PasswordHasher;
use crate::ports::rate_limit::RateLimiter;
use crate::ports::sessions::SessionStore;
use crate::ports::store::{Store, StoreError};
use crate::services::limits::AccountLimits;

/// How long sessions last, and how often one may try.
#[derive(Debug, Clone, Copy)]
pub struct AuthSettings {
    /// From sign-in to the absolute end.
    pub lifetime: Duration,
    /// Without any use.
    pub idle: Duration,
    /// Of an access token.
    pub access: Duration,
    /// Wrong passwords and mails.
    pub limits: AccountLimits,
}

impl Default for AuthSettings {
    fn default() -> Self {
        Self {
            lifetime: Duration::from_hours(7 * 24),
            idle: Duration::from_hours(24),
            access: Duration::from_mins(15),
            limits: AccountLimits::default(),
        }
    }
}

/// [`AuthService`] over ports.
pub struct Auth {
    /// The database.
    pub store: Arc<dyn Store>,
    /// Sessions.
    pub sessions: Arc<dyn SessionStore>,
    /// Passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Tokens.
    pub keys: Arc<dyn SessionKeys>,
    /// Limits.
    pub limiter: Arc<dyn RateLimiter>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// Spans and quotas.
    pub settings: AuthSettings,
}

impl Auth {
    /// The tokens of a session's current generation: the same ones however often they are asked for.
    pub(super) fn tokens(&self, session: &Session) -> SignedIn {
        let access_end = session.rotated.plus(self.settings.access);
        let sign = |token_use, expires| {
            let claims = Claims {
                user: session.user,
                session: session.id,
                generation: session.generation,
                issued: session.rotated,
                expires,
            };
            self.keys.sign(token_use, &claims)
        };
        SignedIn {
            access: sign(TokenUse::Access, access_end.min(session.expires)),
            refresh: sign(TokenUse::Refresh, session.expires),
            csrf: self.keys.csrf(session.id),
            expires: session.expires,
        }
    }

    /// A stamp under which no session lives yet.
    pub(super) fn new_stamp(&self) -> Stamp {
        Stamp(chance::bytes(&*self.random))
    }
}

#[async_trait]
impl AuthService for Auth {
    async fn sign_in(
        &self,
        email: &str,
        password: &str,
        from: IpAddr,
    ) -> Result<SignedIn, SignInError> {
        self.open(email, password, from).await
    }

    async fn authenticate(&self, access: &str) -> Result<Option<Viewer>, StoreError> {
        self.viewer_of(access).await
    }

    async fn refresh(&self, refresh: &str) -> Result<SignedIn, RefreshError> {
        self.successor(refresh).await
    }

    fn csrf_matches(&self, viewer: &Viewer, token: &str) -> bool {
        self.keys.csrf_matches(viewer.session, token)
    }

    async fn sign_out(&self, viewer: &Viewer) -> Result<(), StoreError> {
        self.end(viewer).await
    }

    async fn sign_out_everywhere(&self, viewer: &Viewer) -> Result<(), StoreError> {
        self.end_all(viewer.user).await
    }

    async fn request_reset(&self, email: &str, from: IpAddr) -> Result<(), StoreError> {
        self.mail_reset_link(email, from).await
    }

    async fn reset_password(&self, token: &str, new_password: &str) -> Result<(), ResetError> {
        self.set_by_token(token, new_password).await
    }

    async fn change_password(
        &self,
        viewer: &Viewer,
        current: &str,
        new: &str,
    ) -> Result<(), ChangePasswordError> {
        self.change(viewer, current, new).await
    }
}
