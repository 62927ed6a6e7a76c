//! Setting a password by a mailed link (A6–A8).

use std::net::IpAddr;

use tracing::info;

use super::{Auth, ResetError};
use crate::domain::email::Email;
use crate::domain::mail::{Letter, Mail};
use crate::domain::password::Password;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::TokenPurpose;
use crate::domain::user::User;
use crate::ports::outbox::Task;
use crate::ports::store::{StoreResult, UnitOfWork};
use crate::services::limits::{MailPurpose, Sender, may_mail};
use crate::services::mailed;
use crate::services::retry::retrying;

impl Auth {
    pub(super) async fn mail_reset_link(&self, email: &str, from: IpAddr) -> StoreResult<()> {
        let Ok(address) = Email::parse(email) else {
            return Ok(());
        };
        let key = address.key();
        let (limits, sender) = (&self.settings.limits, Sender::Stranger(from));
        if !may_mail(&*self.limiter, limits, MailPurpose::Reset, &key, sender).await? {
            info!(target: "shotify::security", event = "reset_limited");
            return Ok(());
        }
        let found = self.store.users().confirmed_with(&key).await?;
        let known = found.is_some();
        let letter = Task::Mail(reset_letter(address, found));
        let now = self.clock.now();
        retrying(async || {
            let mut unit = self.store.begin().await?;
            unit.outbox().add(&letter, now).await?;
            unit.commit().await
        })
        .await?;
        info!(target: "shotify::security", event = "reset_requested", known);
        Ok(())
    }

    /// Looks at the token before any hashing is done, so that guessed ones cost nothing; uses it up only
    /// together with setting the password.
    pub(super) async fn set_by_token(&self, token: &str, new: &str) -> Result<(), ResetError> {
        let token = mailed::hash(token);
        let user = retrying(async || {
            // Dropped, hence rolled back: the token stays.
            let mut unit = self.store.begin().await?;
            take(&mut *unit, &token, self.clock.now()).await
        })
        .await?;
        let new = Password::parse_new("newPassword", new, &personal(&user))?;
        let hash = self.hasher.hash(new).await?;
        retrying(async || self.set_and_tell(&token, &hash).await).await?;
        self.forget_sessions(user.id).await;
        info!(target: "shotify::security", event = "password_reset", user = user.id.get());
        Ok(())
    }

    async fn set_and_tell(&self, token: &[u8; 32], hash: &str) -> Result<(), ResetError> {
        let now = self.clock.now();
        let mut unit = self.store.begin().await?;
        let mut user = take(&mut *unit, token, now).await?;
        unit.users()
            .set_password(user.id, hash, self.new_stamp())
            .await?;
        // Whoever knew the old password may have asked for a change of the address: that ends as well.
        for purpose in [TokenPurpose::Reset, TokenPurpose::Confirm] {
            unit.tokens().void(user.id, purpose).await?;
        }
        if user.pending_email.take().is_some() {
            unit.users().update(&user).await?;
        }
        if let Some(mail) = password_changed(&user) {
            unit.outbox().add(&mail, now).await?;
        }
        Ok(unit.commit().await?)
    }
}

/// Takes a reset token within a unit; it is good only while its address is still the account's.
async fn take(
    unit: &mut dyn UnitOfWork,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<User, ResetError> {
    let found = unit.tokens().take(hash, TokenPurpose::Reset, now).await?;
    let token = found.ok_or(ResetError::Token)?;
    let user = unit.users().lock(token.user).await?;
    let current = |user: &User| {
        let email = user.email.as_ref();
        email.is_some_and(|email| email.key() == token.address.key())
    };
    user.filter(current).ok_or(ResetError::Token)
}

/// The mail with the link, to the address as its owner wrote it; for an unknown address one that will be
/// dropped, so that the work is the same.
fn reset_letter(address: Email, found: Option<User>) -> Mail {
    match found {
        Some(user) => Mail {
            to: user.email.unwrap_or(address),
            username: user.username.as_str().to_owned(),
            letter: Letter::PasswordReset { user: user.id },
        },
        None => Mail {
            to: address,
            username: String::new(),
            letter: Letter::PasswordReset {
                user: mailed::NOBODY,
            },
        },
    }
}

/// Words that a member's password must not be made of.
pub(super) fn personal(user: &User) -> [&str; 2] {
    let email = user.email.as_ref().map_or("", Email::as_str);
    [user.username.as_str(), email]
}

/// The notice to the owner.
pub(super) fn password_changed(user: &User) -> Option<Task> {
    let to = user.email.clone()?;
    Some(Task::Mail(Mail {
        to,
        username: user.username.as_str().to_owned(),
        letter: Letter::PasswordChanged,
    }))
}
