//! Mail by `SendGrid`, by its v3 API over HTTP.
//!
//! [`protocol`] writes the request and reads the answer, [`verdict`] says what a status means.

mod protocol;
mod verdict;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use thiserror::Error;
use tokio::time::timeout;
use url::Url;

use crate::adapters::web::{self, Place, Unread};
use crate::domain::email::Email;
use crate::ports::clock::Clock;
use crate::ports::mailer::{MailError, Mailer, Message};

/// Its usual place.
const USUAL: &str = "https://api.sendgrid.com";
/// Most bytes of an answer. Errors need a few hundred, all scopes some KiB.
const LONGEST_ANSWER: usize = 64 * 1024;
/// What a key must be allowed to do.
const SCOPE: &str = "mail.send";

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Longest wait for a connection.
    pub connect: Duration,
    /// Longest wait for a mail to be taken, with the connection.
    pub whole: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            // The outbox is patient for half a minute.
            whole: Duration::from_secs(25),
        }
    }
}

/// Where `SendGrid` is and how it is spoken to.
#[derive(Clone)]
pub struct SendGridConfig {
    /// The key of its API.
    pub key: String,
    /// Where it answers, if not at its usual place. Plain http is for a stand-in on a loopback address alone.
    pub endpoint: Option<String>,
    /// The sender's address.
    pub from: Email,
    /// Time-outs.
    pub pace: Pace,
}

/// Why `SendGrid` cannot be used at all. The sentence is for the operator and holds no secret.
#[derive(Debug, Error)]
pub enum SendGridError {
    /// The endpoint is no URL, or would have the key sent in the clear.
    #[error("the endpoint of SendGrid {0}")]
    Endpoint(&'static str),
    /// The key does not fit into a header.
    #[error("the key of SendGrid holds what no key may hold")]
    Key,
    /// HTTP or TLS cannot be used at all.
    #[error("a client for SendGrid: {0}")]
    Client(String),
}

/// Hands mails to `SendGrid`.
pub struct SendGridMailer {
    client: Client,
    send: Url,
    scopes: Url,
    key: String,
    authorization: HeaderValue,
    from: Email,
    whole: Duration,
    clock: Arc<dyn Clock>,
}

impl SendGridMailer {
    /// Prepares everything. MUST be called after rustls' provider was installed.
    pub fn new(config: SendGridConfig, clock: Arc<dyn Clock>) -> Result<Self, SendGridError> {
        let place = Place::parse(config.endpoint.as_deref(), USUAL).and_then(Place::private);
        let place = place.map_err(SendGridError::Endpoint)?;
        let client = web::client(config.pace.connect, place.loopback);
        let bearer = HeaderValue::from_str(&format!("Bearer {}", config.key));
        let mut authorization = bearer.map_err(|_| SendGridError::Key)?;
        authorization.set_sensitive(true);
        Ok(Self {
            client: client.map_err(SendGridError::Client)?,
            scopes: place.join(["v3", "scopes"]),
            send: place.join(["v3", "mail", "send"]),
            key: config.key,
            authorization,
            from: config.from,
            whole: config.pace.whole,
            clock,
        })
    }

    /// Whether the key may send mails.
    pub async fn ping(&self) -> Result<(), MailError> {
        self.in_time(async {
            let response = self.call(self.client.get(self.scopes.clone())).await?;
            if response.status() != StatusCode::OK {
                return Err(self.judge(response).await);
            }
            let body = web::read(response, LONGEST_ANSWER).await.map_err(unread)?;
            if protocol::scopes(&body).iter().any(|scope| scope == SCOPE) {
                return Ok(());
            }
            Err(later(format!(
                "the key of SendGrid lacks the scope {SCOPE}"
            )))
        })
        .await
    }

    async fn hand_over(&self, message: &Message) -> Result<(), MailError> {
        let request = self.client.post(self.send.clone());
        let body = protocol::request(message, &self.from);
        let response = self.call(request.json(&body)).await?;
        // With any other status, good or bad, nobody has taken responsibility.
        if response.status() == StatusCode::ACCEPTED {
            return Ok(());
        }
        Err(self.judge(response).await)
    }

    async fn call(&self, request: RequestBuilder) -> Result<Response, MailError> {
        let request = request.header(AUTHORIZATION, self.authorization.clone());
        request.send().await.map_err(|error| broken(&error))
    }

    async fn judge(&self, response: Response) -> MailError {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = web::read(response, LONGEST_ANSWER).await.ok();
        let said = body.and_then(|body| protocol::sentence(&body));
        // Should the sentence quote the key, the reason does not.
        let said = said.map(|said| web::told(&said.replace(&self.key, "***")));
        verdict::judge(status, &headers, said.as_deref(), self.clock.now())
    }

    async fn in_time(
        &self,
        work: impl Future<Output = Result<(), MailError>>,
    ) -> Result<(), MailError> {
        let whole = self.whole;
        let done = timeout(whole, work).await;
        done.unwrap_or_else(|_| Err(later(format!("SendGrid took longer than {whole:?}"))))
    }
}

#[async_trait]
impl Mailer for SendGridMailer {
    async fn send(&self, message: &Message) -> Result<(), MailError> {
        self.in_time(self.hand_over(message)).await
    }
}

const fn later(reason: String) -> MailError {
    MailError::Later {
        reason,
        after: None,
    }
}

fn broken(error: &reqwest::Error) -> MailError {
    later(format!("no answer of SendGrid: {}", web::broken(error)))
}

fn unread(unread: Unread) -> MailError {
    match unread {
        Unread::Broken(error) => broken(&error),
        Unread::TooLong => later("the answer of SendGrid is too long".to_owned()),
    }
}
