//! Sending one mail: the token of its link is made now, so that none is ever at rest (A7).

use super::worker::{Failure, OutboxWorker};
use crate::domain::email::Email;
use crate::domain::id::UserId;
use crate::domain::mail::{Letter, Mail};
use crate::domain::token::{MailToken, TokenPurpose};
use crate::domain::user::User;
use crate::ports::mailer::{MailError, Message};
use crate::ports::outbox::Job;
use crate::ports::store::{StoreError, StoreResult};
use crate::services::mailed;

/// What a letter needs besides its facts.
enum Link {
    /// Nothing.
    None,
    /// A token.
    Token(String),
    /// It is of no use any more: not sent.
    Obsolete,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Later(error.to_string(), None)
    }
}

impl OutboxWorker {
    pub(super) async fn send(&self, job: &Job, mail: &Mail) -> Result<(), Failure> {
        let token = match self.link(mail).await? {
            Link::None => None,
            Link::Token(token) => Some(token),
            Link::Obsolete => return Ok(()),
        };
        let written = self.letters.write(mail, token);
        let written = written.map_err(|error| Failure::Never(error.to_string()))?;
        let message = Message {
            id: self.message_id(job),
            to: mail.to.clone(),
            subject: written.subject,
            text: written.text,
            html: written.html,
        };
        let sent = self.mailer.send(&message).await;
        sent.map_err(|error| match error {
            MailError::Later { reason, after } => Failure::Later(reason, after),
            MailError::Refused(reason) => Failure::Never(reason),
        })
    }

    /// The same for each attempt at a row, and for no other row, also of a database begun anew (M3).
    fn message_id(&self, job: &Job) -> String {
        let (id, created) = (job.id, job.created.micros());
        format!("<job-{id}.{created}@{}>", self.links.host())
    }

    async fn link(&self, mail: &Mail) -> StoreResult<Link> {
        if mailed::is_for_nobody(mail) {
            return Ok(Link::Obsolete);
        }
        let (user, purpose, lifetime) = match mail.letter {
            Letter::ConfirmAddress { user } => {
                (user, TokenPurpose::Confirm, self.links.confirm_for)
            }
            Letter::PasswordReset { user } => (user, TokenPurpose::Reset, self.links.reset_for),
            _ => return Ok(Link::None),
        };
        if !self.is_wanted(user, purpose, &mail.to).await? {
            return Ok(Link::Obsolete);
        }
        let token = mailed::mint(&*self.random);
        let kept = MailToken {
            user,
            purpose,
            address: mail.to.clone(),
            hash: mailed::hash(&token),
            expires: self.clock.now().plus(lifetime),
        };
        let mut unit = self.store.begin().await?;
        unit.tokens().add(&kept).await?;
        unit.commit().await?;
        Ok(Link::Token(token))
    }

    /// Whether the address still waits for its confirmation (and nobody else has confirmed it), or is still
    /// the one to reset the password by.
    async fn is_wanted(
        &self,
        user: UserId,
        purpose: TokenPurpose,
        to: &Email,
    ) -> StoreResult<bool> {
        let users = self.store.users();
        let found = users.by_ids(&[user]).await?.into_iter().next();
        let Some(User {
            email,
            pending_email,
            ..
        }) = found
        else {
            return Ok(false);
        };
        let is_to = |address: Option<Email>| address.is_some_and(|a| a.key() == to.key());
        match purpose {
            TokenPurpose::Reset => Ok(is_to(email)),
            TokenPurpose::Confirm => {
                Ok(is_to(pending_email) && users.confirmed_with(&to.key()).await?.is_none())
            }
        }
    }
}
