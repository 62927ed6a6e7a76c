//! Registration: looks and costs the same whether or not somebody has confirmed the address (A5).

use std::net::IpAddr;

use tracing::info;

use super::avatar::StoredAvatar;
use super::service::letter;
use super::{AccountError, Members, Registration};
use crate::domain::email::Email;
use crate::domain::invalid::Invalid;
use crate::domain::mail::Letter;
use crate::domain::password::Password;
use crate::domain::text::Bio;
use crate::domain::user::{Role, Stamp, User, Username};
use crate::ports::chance;
use crate::ports::outbox::Task;
use crate::ports::store::{StoreError, StoreResult, UnitOfWork};
use crate::ports::users::NewUser;
use crate::services::limits::Sender;
use crate::services::retry::retrying;

/// A registration whose texts are good.
struct Checked {
    username: Username,
    email: Email,
    bio: Bio,
}

impl Members {
    pub(super) async fn open_account(
        &self,
        registration: Registration,
        from: IpAddr,
    ) -> Result<User, AccountError> {
        let checked = check(&registration).map_err(|invalid| invalid.under("input"))?;
        self.count_registration(from).await?;
        let password = checked.password(&registration.password);
        let password = password.map_err(|invalid| invalid.under("input"))?;
        let hash = self.hasher.hash(password).await?;
        let avatar = self.store_avatar(registration.avatar).await?;
        let new = self.new_user(checked, hash, avatar.as_ref());
        let inserted = self.insert(&new, avatar.as_ref(), from).await;
        if inserted.is_err() {
            self.abandon(avatar).await;
        }
        let user = inserted?;
        info!(target: "shotify::security", event = "registered", user = user.id.get());
        Ok(user)
    }

    fn new_user(&self, checked: Checked, hash: String, avatar: Option<&StoredAvatar>) -> NewUser {
        NewUser {
            username: checked.username,
            pending_email: checked.email,
            password_hash: hash,
            stamp: Stamp(chance::bytes(&*self.random)),
            bio: checked.bio,
            avatar: avatar.map(|avatar| avatar.key.clone()),
            joined: self.clock.now(),
        }
    }

    async fn insert(
        &self,
        new: &NewUser,
        avatar: Option<&StoredAvatar>,
        from: IpAddr,
    ) -> Result<User, AccountError> {
        let address = &new.pending_email;
        let mailed = self.may_confirm(address, Sender::Stranger(from)).await?;
        let owner = self.store.users().confirmed_with(&address.key()).await?;
        retrying(async || {
            let mut unit = self.store.begin().await?;
            let user = add(&mut *unit, new).await?;
            if mailed {
                let task = first_letter(&user, address, owner.as_ref());
                unit.outbox().add(&task, new.joined).await?;
            }
            if let Some(avatar) = avatar {
                avatar.settle(&mut *unit).await?;
            }
            unit.commit().await?;
            Ok(user)
        })
        .await
    }
}

fn check(registration: &Registration) -> Result<Checked, Invalid> {
    let username = Username::parse(&registration.username)?;
    let email = Email::parse(&registration.email)?;
    let bio = Bio::parse(&registration.bio)?;
    Ok(Checked {
        username,
        email,
        bio,
    })
}

impl Checked {
    /// The password, which costs more to judge than the rest.
    fn password(&self, raw: &str) -> Result<Password, Invalid> {
        let personal = [self.username.as_str(), self.email.as_str()];
        Password::parse_new("password", raw, &personal)
    }
}

async fn add(unit: &mut dyn UnitOfWork, new: &NewUser) -> Result<User, AccountError> {
    let id = unit.users().add(new).await.map_err(name_taken)?;
    Ok(User {
        id,
        username: new.username.clone(),
        email: None,
        pending_email: Some(new.pending_email.clone()),
        role: Role::User,
        bio: new.bio.clone(),
        avatar: new.avatar.clone(),
        joined: new.joined,
    })
}

/// The link to the newcomer; where somebody has confirmed the address, a notice to them instead.
fn first_letter(user: &User, address: &Email, owner: Option<&User>) -> Task {
    match owner {
        None => letter(address, user, Letter::ConfirmAddress { user: user.id }),
        Some(owner) => {
            let to = owner.email.as_ref().unwrap_or(address);
            letter(to, owner, Letter::AddressInUse)
        }
    }
}

/// A used name is the caller's to know; everything else is a fault.
pub(super) fn name_taken(error: StoreError) -> AccountError {
    match error {
        StoreError::Conflict("username") => AccountError::NameTaken,
        other => other.into(),
    }
}

impl StoredAvatar {
    /// Takes the note back in the unit that names the avatar.
    pub(super) async fn settle(&self, unit: &mut dyn UnitOfWork) -> StoreResult<()> {
        let keys = [self.key.clone()];
        if unit.journal().close(&keys).await? {
            Ok(())
        } else {
            Err(StoreError::Unavailable("an avatar took too long".into()))
        }
    }
}
