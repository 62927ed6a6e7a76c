//! Changing a profile. A new address waits for its confirmation (A9).

use tracing::{info, warn};

use super::avatar::StoredAvatar;
use super::register::name_taken;
use super::service::letter;
use super::{AccountError, Members, ProfileChange};
use crate::domain::email::Email;
use crate::domain::id::UserId;
use crate::domain::invalid::Invalid;
use crate::domain::mail::Letter;
use crate::domain::text::Bio;
use crate::domain::token::TokenPurpose;
use crate::domain::user::{Stamp, User, Username};
use crate::domain::viewer::Viewer;
use crate::ports::outbox::Task;
use crate::ports::store::{StoreError, StoreResult, UnitOfWork};
use crate::services::current_password::{CurrentPassword, Proof, still_holds};
use crate::services::limits::Sender;
use crate::services::retry::retrying;

/// What changes, checked.
#[derive(Default)]
struct Changes {
    username: Option<Username>,
    bio: Option<Bio>,
    address: Option<NewAddress>,
    avatar: Option<StoredAvatar>,
}

/// A new address, and the letter that goes there.
struct NewAddress {
    email: Email,
    /// Who has confirmed it already: gets a notice in place of the link.
    owner: Option<User>,
    /// The quota lets a letter go there.
    mailed: bool,
    /// The stamp under which the current password was proven.
    proven: Stamp,
}

const WRONG: &str = "is not your current password";

fn refused(message: &str) -> Invalid {
    Invalid::new("input.currentPassword", message)
}

impl Members {
    pub(super) async fn change_profile(
        &self,
        viewer: &Viewer,
        change: ProfileChange,
    ) -> Result<User, AccountError> {
        let (mut changes, email) = check(&change).map_err(|invalid| invalid.under("input"))?;
        let user = self.member(viewer.user).await?;
        if let Some(email) = email.filter(|email| is_new(&user, email)) {
            let current = change.current_password.as_deref();
            let proven = self.prove(user.id, current).await?;
            changes.address = Some(self.new_address(user.id, email, proven).await?);
        }
        changes.avatar = self.store_avatar(change.avatar).await?;
        let written = retrying(async || self.write(user.id, &changes).await).await;
        if written.is_err() {
            self.abandon(changes.avatar).await;
        }
        written
    }

    async fn prove(&self, user: UserId, current: Option<&str>) -> Result<Stamp, AccountError> {
        let missing = || refused("is needed to change the address");
        let current = current
            .filter(|text| !text.is_empty())
            .ok_or_else(missing)?;
        let checker = CurrentPassword {
            store: &*self.store,
            hasher: &*self.hasher,
            limiter: &*self.limiter,
            quota: self.limits.tries_per_account,
        };
        match checker.prove(user, current).await? {
            Proof::Right(stamp) => Ok(stamp),
            Proof::Wrong => {
                warn!(target: "shotify::security", event = "current_password_wrong", user = user.get());
                Err(refused(WRONG).into())
            }
            Proof::Limited(retry_after) => Err(AccountError::Limited { retry_after }),
            Proof::Unknown(error) => Err(error.into()),
        }
    }

    async fn new_address(
        &self,
        user: UserId,
        email: Email,
        proven: Stamp,
    ) -> StoreResult<NewAddress> {
        let mailed = self.may_confirm(&email, Sender::Member(user)).await?;
        let owner = self.store.users().confirmed_with(&email.key()).await?;
        info!(target: "shotify::security", event = "address_change_requested", user = user.get());
        Ok(NewAddress {
            email,
            owner,
            mailed,
            proven,
        })
    }

    async fn write(&self, id: UserId, changes: &Changes) -> Result<User, AccountError> {
        let now = self.clock.now();
        let mut unit = self.store.begin().await?;
        let locked = unit.users().lock(id).await?;
        let gone = || StoreError::Failed("the member of a session is gone".into());
        let before = locked.ok_or_else(gone)?;
        if let Some(address) = &changes.address
            && !still_holds(&*self.store, id, address.proven).await?
        {
            return Err(refused(WRONG).into());
        }
        let after = apply(&before, changes);
        if after != before {
            let updated = unit.users().update(&after).await;
            updated.map_err(name_taken)?;
        }
        settle_avatar(&mut *unit, changes).await?;
        if let Some(address) = &changes.address {
            unit.tokens().void(id, TokenPurpose::Confirm).await?;
            for task in address_letters(&after, address) {
                unit.outbox().add(&task, now).await?;
            }
        }
        if let Some(old) = replaced_avatar(&before, changes) {
            unit.outbox().add(&Task::DeleteObject(old), now).await?;
        }
        unit.commit().await?;
        Ok(after)
    }
}

fn check(change: &ProfileChange) -> Result<(Changes, Option<Email>), Invalid> {
    let username = change
        .username
        .as_deref()
        .map(Username::parse)
        .transpose()?;
    let email = change.email.as_deref().map(Email::parse).transpose()?;
    let bio = change.bio.as_deref().map(Bio::parse).transpose()?;
    let changes = Changes {
        username,
        bio,
        ..Changes::default()
    };
    Ok((changes, email))
}

/// Neither the confirmed address nor the one that already waits: old clients send theirs with every change.
fn is_new(user: &User, email: &Email) -> bool {
    let mut known = user.email.iter().chain(&user.pending_email);
    known.all(|known| known.key() != email.key())
}

fn apply(before: &User, changes: &Changes) -> User {
    let mut after = before.clone();
    if let Some(username) = &changes.username {
        after.username = username.clone();
    }
    if let Some(bio) = &changes.bio {
        after.bio = bio.clone();
    }
    if let Some(address) = &changes.address {
        after.pending_email = Some(address.email.clone());
    }
    if let Some(avatar) = &changes.avatar {
        after.avatar = Some(avatar.key.clone());
    }
    after
}

async fn settle_avatar(unit: &mut dyn UnitOfWork, changes: &Changes) -> StoreResult<()> {
    match &changes.avatar {
        Some(avatar) => avatar.settle(unit).await,
        None => Ok(()),
    }
}

fn replaced_avatar(before: &User, changes: &Changes) -> Option<String> {
    changes.avatar.as_ref().and(before.avatar.clone())
}

/// To the new address a link (to its owner a notice, if it has one), to the old one a warning.
fn address_letters(user: &User, address: &NewAddress) -> Vec<Task> {
    let link = match &address.owner {
        None => letter(
            &address.email,
            user,
            Letter::ConfirmAddress { user: user.id },
        ),
        Some(owner) => letter(
            owner.email.as_ref().unwrap_or(&address.email),
            owner,
            Letter::AddressInUse,
        ),
    };
    let warning = user.email.as_ref();
    let warning = warning.map(|old| letter(old, user, Letter::AddressChanged { done: false }));
    let link = address.mailed.then_some(link);
    link.into_iter().chain(warning).collect()
}
