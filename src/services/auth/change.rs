//! Changing a password from within a session.

use tracing::{info, warn};

use super::reset::{password_changed, personal};
use super::{Auth, ChangePasswordError};
use crate::domain::id::UserId;
use crate::domain::invalid::Invalid;
use crate::domain::password::Password;
use crate::domain::token::TokenPurpose;
use crate::domain::user::{Stamp, User};
use crate::domain::viewer::Viewer;
use crate::ports::store::StoreError;
use crate::services::current_password::{CurrentPassword, Proof, still_holds};
use crate::services::retry::retrying;

impl Auth {
    pub(super) async fn change(
        &self,
        viewer: &Viewer,
        current: &str,
        new: &str,
    ) -> Result<(), ChangePasswordError> {
        let proven = self.prove(viewer.user, current).await?;
        let found = self.store.users().by_ids(&[viewer.user]).await?;
        let gone = || StoreError::Failed("the member of a session is gone".into());
        let user = found.into_iter().next().ok_or_else(gone)?;
        let new = Password::parse_new("newPassword", new, &personal(&user))?;
        let hash = self.hasher.hash(new).await?;
        let stamp = self.new_stamp();
        retrying(async || self.set(&user, proven, &hash, stamp).await).await?;
        info!(target: "shotify::security", event = "password_changed", user = viewer.user.get());
        self.carry_over(viewer, stamp).await;
        Ok(())
    }

    /// The other sessions are dead by the stamp; this one is carried over it. The new password stands even when
    /// that fails, so it is no failure of the change: this session has to sign in again, like the others.
    async fn carry_over(&self, viewer: &Viewer, stamp: Stamp) {
        let carried = retrying(async || self.sessions.restamp(viewer.session, stamp).await).await;
        if let Err(error) = carried {
            let user = viewer.user.get();
            warn!(target: "shotify::security", event = "session_not_carried_over", user, %error);
        }
    }

    async fn prove(&self, user: UserId, current: &str) -> Result<Stamp, ChangePasswordError> {
        let checker = CurrentPassword {
            store: &*self.store,
            hasher: &*self.hasher,
            limiter: &*self.limiter,
            quota: self.settings.limits.tries_per_account,
        };
        match checker.prove(user, current).await? {
            Proof::Right(stamp) => Ok(stamp),
            Proof::Wrong => {
                warn!(target: "shotify::security", event = "current_password_wrong", user = user.get());
                Err(wrong())
            }
            Proof::Limited(retry_after) => Err(ChangePasswordError::Limited { retry_after }),
            Proof::Unknown(error) => Err(error.into()),
        }
    }

    async fn set(
        &self,
        user: &User,
        proven: Stamp,
        hash: &str,
        stamp: Stamp,
    ) -> Result<(), ChangePasswordError> {
        let mut unit = self.store.begin().await?;
        unit.users().lock(user.id).await?;
        if !still_holds(&*self.store, user.id, proven).await? {
            return Err(wrong());
        }
        unit.users().set_password(user.id, hash, stamp).await?;
        unit.tokens().void(user.id, TokenPurpose::Reset).await?;
        if let Some(mail) = password_changed(user) {
            unit.outbox().add(&mail, self.clock.now()).await?;
        }
        Ok(unit.commit().await?)
    }
}

fn wrong() -> ChangePasswordError {
    Invalid::new("currentPassword", "is not your current password").into()
}
