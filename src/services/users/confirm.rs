//! Confirming addresses, of new accounts and of changed ones alike (A7, A9).

use std::net::IpAddr;

use tracing::info;

use super::service::letter;
use super::{ConfirmError, Members};
use crate::domain::email::Email;
use crate::domain::mail::{Letter, Mail};
use crate::domain::timestamp::Timestamp;
use crate::domain::token::TokenPurpose;
use crate::domain::user::User;
use crate::ports::chance;
use crate::ports::outbox::Task;
use crate::ports::store::{StoreError, StoreResult, UnitOfWork};
use crate::services::limits::{Sender, may_mail_another};
use crate::services::mailed;
use crate::services::retry::retrying;

/// Letters of one request to mail the link again, a lost one for each that nobody waits for.
const LETTERS: usize = 3;
/// Accounts that may be among them.
const WAITING: u32 = 100;

impl Members {
    pub(super) async fn confirm_by_token(&self, token: &str) -> Result<(), ConfirmError> {
        let hash = mailed::hash(token);
        let user = retrying(async || self.take_and_confirm(&hash).await).await?;
        info!(target: "shotify::security", event = "address_confirmed", user = user.id.get());
        Ok(())
    }

    async fn take_and_confirm(&self, hash: &[u8; 32]) -> Result<User, ConfirmError> {
        let now = self.clock.now();
        let mut unit = self.store.begin().await?;
        let (user, address) = take(&mut *unit, hash, now).await?;
        let confirmed = unit.users().confirm(user.id, &address).await;
        confirmed.map_err(|error| match error {
            StoreError::Conflict("email") => ConfirmError::Token,
            other => other.into(),
        })?;
        // Links to the old address must not set a password any more.
        for purpose in [TokenPurpose::Confirm, TokenPurpose::Reset] {
            unit.tokens().void(user.id, purpose).await?;
        }
        if let Some(old) = &user.email {
            let notice = letter(old, &user, Letter::AddressChanged { done: true });
            unit.outbox().add(&notice, now).await?;
        }
        unit.commit().await?;
        Ok(user)
    }

    pub(super) async fn mail_link_again(&self, email: &str, from: IpAddr) -> StoreResult<()> {
        let Ok(address) = Email::parse(email) else {
            return Ok(());
        };
        if !self.may_confirm(&address, Sender::Stranger(from)).await? {
            info!(target: "shotify::security", event = "resend_limited");
            return Ok(());
        }
        let key = address.key();
        let waiting = self.store.users().waiting_for(&key, WAITING).await?;
        let owner = self.store.users().confirmed_with(&key).await?;
        let waiting = if owner.is_none() { waiting } else { Vec::new() };
        let tasks = self.links_again(&address, self.drawn(waiting)).await?;
        let now = self.clock.now();
        retrying(async || {
            let mut unit = self.store.begin().await?;
            for task in &tasks {
                unit.outbox().add(task, now).await?;
            }
            unit.commit().await
        })
        .await
    }

    /// The newest registration, then the others by lot: anyone can wait for any address, and nobody, however many they
    /// are, may take another's link away for good.
    fn drawn(&self, mut waiting: Vec<User>) -> Vec<User> {
        let newest = waiting.iter().position(|user| !user.is_confirmed());
        let first = newest.map(|at| waiting.remove(at));
        waiting.sort_by_cached_key(|_| chance::bytes::<8>(&*self.random));
        first.into_iter().chain(waiting).take(LETTERS).collect()
    }

    /// As many letters whoever waits, and as much counted: the work is the same.
    async fn links_again(&self, address: &Email, waiting: Vec<User>) -> StoreResult<Vec<Task>> {
        let mut waiting = waiting.into_iter();
        let mut tasks = vec![link_again(address, waiting.next())];
        let (limiter, key) = (&*self.limiter, address.key());
        for _ in 1..LETTERS {
            let next = waiting.next();
            let letter = next.is_some();
            let mailed = may_mail_another(limiter, &self.limits, &key, letter).await?;
            tasks.push(link_again(address, next.filter(|_| mailed)));
        }
        Ok(tasks)
    }
}

/// Takes a confirmation token within a unit; it is good only while its address is the pending one.
async fn take(
    unit: &mut dyn UnitOfWork,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<(User, Email), ConfirmError> {
    let found = unit.tokens().take(hash, TokenPurpose::Confirm, now).await?;
    let token = found.ok_or(ConfirmError::Token)?;
    let user = unit.users().lock(token.user).await?;
    let user = user.ok_or(ConfirmError::Token)?;
    let pending = user.pending_email.clone();
    let address = pending.filter(|pending| pending.key() == token.address.key());
    Ok((user, address.ok_or(ConfirmError::Token)?))
}

/// For an address that no account waits for, a letter that will be dropped: the work is the same.
fn link_again(address: &Email, waiting: Option<User>) -> Task {
    if let Some(user) = waiting {
        return letter(address, &user, Letter::ConfirmAddress { user: user.id });
    }
    Task::Mail(Mail {
        to: address.clone(),
        username: String::new(),
        letter: Letter::ConfirmAddress {
            user: mailed::NOBODY,
        },
    })
}
