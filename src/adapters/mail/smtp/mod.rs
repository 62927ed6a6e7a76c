//! Mail by SMTP.
//!
//! The way of a mail: [`letter`] makes the bytes of it, [`connection`] opens a connection or takes one that is kept,
//! [`dialogue`] hands the mail over, [`fault`] says of a failure whether another try may do better.

mod connection;
mod dialogue;
mod fault;
mod letter;
mod subject;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;
use tokio::time::timeout;

use crate::domain::email::Email;
use crate::ports::clock::Clock;
use crate::ports::mailer::{MailError, Mailer, Message};

use connection::Connections;
use fault::Fault;
use letter::Letter;

/// How a connection is kept from being read by others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Not at all.
    Plain,
    /// By STARTTLS where the server offers it, which anybody in between can suppress.
    Opportunistic,
    /// By STARTTLS; without it nothing is sent.
    Required,
    /// By TLS from the first byte.
    Wrapped,
}

/// Who signs in.
#[derive(Clone)]
pub struct Account {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
}

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Longest wait for a connection to one address of the server.
    pub connect: Duration,
    /// Longest wait for a mail to be taken, with the connection and everything that is said before.
    pub whole: Duration,
    /// How long a connection is kept for the next mail.
    pub idle: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            // The outbox is patient for half a minute.
            whole: Duration::from_secs(25),
            idle: Duration::from_secs(20),
        }
    }
}

/// Where the server is and how it is spoken to.
#[derive(Clone)]
pub struct SmtpConfig {
    /// Its name or address; its certificate must be for it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// TLS or not.
    pub security: Security,
    /// A certificate, in PEM, of an authority that is trusted besides those of the system.
    pub authority: Option<String>,
    /// Who signs in, if the server asks for it.
    pub account: Option<Account>,
    /// The name that this machine calls itself by; none for `[127.0.0.1]`.
    pub hello: Option<String>,
    /// The sender's address.
    pub from: Email,
    /// Time-outs.
    pub pace: Pace,
}

/// Why SMTP cannot be used at all. The sentence is for the operator and holds no secret.
#[derive(Debug, Error)]
pub enum SmtpError {
    /// No certificates, or none that are understood.
    #[error("TLS cannot be used: {0}")]
    Tls(String),
    /// The sender's address cannot be sent from.
    #[error("the sender's address is refused by the library")]
    Sender,
}

/// Hands mails to a mail server.
pub struct SmtpMailer {
    connections: Arc<Connections>,
    from: Email,
    whole: Duration,
    clock: Arc<dyn Clock>,
}

impl SmtpMailer {
    /// Prepares everything; the server is not spoken to before the first mail.
    pub fn new(config: SmtpConfig, clock: Arc<dyn Clock>) -> Result<Self, SmtpError> {
        letter::address(&config.from).map_err(|_| SmtpError::Sender)?;
        Ok(Self {
            from: config.from.clone(),
            whole: config.pace.whole,
            connections: Arc::new(Connections::new(config)?),
            clock,
        })
    }

    /// Whether the server lets us in, by a connection of its own.
    pub async fn ping(&self) -> Result<(), MailError> {
        let ping = async {
            let mut connection = self.connections.open().await?;
            dialogue::greet(&mut connection).await?;
            connection::hang_up(connection);
            Ok(())
        };
        self.in_time(ping).await
    }

    async fn hand_over(&self, letter: &Letter) -> Result<(), Fault> {
        let mut connection = self.connections.take().await?;
        let said = dialogue::hand_over(&mut connection, letter).await;
        // One on which something failed is not used again: what is still to come on it would be taken for the answer
        // to the next mail. Where time runs out it is dropped for the same reason.
        match said {
            Ok(()) => self.connections.keep(connection),
            Err(_) => connection::hang_up(connection),
        }
        said
    }

    /// Time covers everything: the library bounds the wait for a connection alone.
    async fn in_time(
        &self,
        work: impl Future<Output = Result<(), Fault>>,
    ) -> Result<(), MailError> {
        let done = timeout(self.whole, work).await;
        done.unwrap_or_else(|_| Err(Fault::late(self.whole)))
            .map_err(MailError::from)
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, message: &Message) -> Result<(), MailError> {
        let letter = Letter::new(message, &self.from, self.clock.now())?;
        self.in_time(self.hand_over(&letter)).await
    }
}
