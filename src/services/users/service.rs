//! What the accounts' operations are made of.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tracing::warn;

use super::{
    AccountError, Avatar, ConfirmError, ProfileChange, Registration, UserSearch, UsersService,
};
use crate::domain::email::Email;
use crate::domain::id::UserId;
use crate::domain::mail::{Letter, Mail};
use crate::domain::timestamp::Timestamp;
use crate::domain::user::{Role, User};
use crate::domain::viewer::Viewer;
use crate::ports::chance::Random;
use crate::ports::clock::Clock;
use crate::ports::objects::ObjectStore;
use crate::ports::outbox::Task;
use crate::ports::passwords::PasswordHasher;
use crate::ports::pictures::Studio;
use crate::ports::rate_limit::{RateLimiter, Taken};
use crate::ports::store::{Store, StoreError, StoreResult};
use crate::services::limits::{AccountLimits, MailPurpose, Sender, may_mail, network_key};

/// [`UsersService`] over ports.
pub struct Members {
    /// The database.
    pub store: Arc<dyn Store>,
    /// Passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Avatars are made here.
    pub studio: Arc<dyn Studio>,
    /// Avatars are kept here.
    pub objects: Arc<dyn ObjectStore>,
    /// Limits.
    pub limiter: Arc<dyn RateLimiter>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// Quotas.
    pub limits: AccountLimits,
    /// How long an account may wait for its confirmation.
    pub unconfirmed_for: Duration,
}

impl Members {
    /// Whether a confirmation, or the notice in its place, may go to this address now.
    pub(super) async fn may_confirm(&self, address: &Email, sender: Sender) -> StoreResult<bool> {
        let (limiter, purpose) = (&*self.limiter, MailPurpose::Confirm);
        may_mail(limiter, &self.limits, purpose, &address.key(), sender).await
    }

    /// Counts a registration, before the work that it costs.
    pub(super) async fn count_registration(&self, from: IpAddr) -> Result<(), AccountError> {
        let key = network_key("register-from", from);
        let quota = self.limits.registrations_per_network;
        match self.limiter.take(&key, quota).await? {
            Taken::Allowed => Ok(()),
            Taken::Denied { retry_after } => {
                warn!(target: "shotify::security", event = "registration_limited");
                Err(AccountError::Limited { retry_after })
            }
        }
    }

    /// The viewer's row. Their session cannot outlive it.
    pub(super) async fn member(&self, id: UserId) -> StoreResult<User> {
        let found = self.store.users().by_ids(&[id]).await?;
        let gone = || StoreError::Failed("the member of a session is gone".into());
        found.into_iter().next().ok_or_else(gone)
    }
}

/// A letter to the owner of an account, by their name.
pub(super) fn letter(to: &Email, user: &User, letter: Letter) -> Task {
    Task::Mail(Mail {
        to: to.clone(),
        username: user.username.as_str().to_owned(),
        letter,
    })
}

#[async_trait]
impl UsersService for Members {
    async fn register(
        &self,
        registration: Registration,
        from: IpAddr,
    ) -> Result<User, AccountError> {
        self.open_account(registration, from).await
    }

    async fn confirm(&self, token: &str) -> Result<(), ConfirmError> {
        self.confirm_by_token(token).await
    }

    async fn resend_confirmation(&self, email: &str, from: IpAddr) -> Result<(), StoreError> {
        self.mail_link_again(email, from).await
    }

    async fn update(&self, viewer: &Viewer, change: ProfileChange) -> Result<User, AccountError> {
        self.change_profile(viewer, change).await
    }

    async fn me(&self, viewer: &Viewer) -> Result<Option<User>, StoreError> {
        let found = self.store.users().by_ids(&[viewer.user]).await?;
        Ok(found.into_iter().next())
    }

    async fn list(
        &self,
        viewer: &Viewer,
        search: UserSearch,
        limit: u32,
    ) -> Result<Vec<User>, StoreError> {
        self.find(viewer, &search, limit).await
    }

    async fn by_ids(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let mut found = self.store.users().by_ids(ids).await?;
        found.retain(User::is_confirmed);
        Ok(found)
    }

    async fn avatar(&self, user: UserId) -> Result<Option<Avatar>, StoreError> {
        let found = self.store.users().by_ids(&[user]).await?;
        let key = found.into_iter().next().and_then(|user| user.avatar);
        Ok(key.map(|key| Avatar { key }))
    }

    async fn set_role(&self, email: &str, role: Role) -> Result<bool, AccountError> {
        self.give_role(email, role).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.purge(now).await
    }
}
