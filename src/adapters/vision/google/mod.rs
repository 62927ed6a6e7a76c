//! Google Cloud Vision, by REST (`images:annotate`).
//!
//! The way of a picture: [`protocol`] writes the request, [`token`] signs it in, [`call`] sends it and judges the
//! answer's status, [`retry`] says whether and when it is sent again, [`choice`] makes labels of the answer.

mod call;
mod choice;
mod place;
mod protocol;
mod retry;
mod token;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use thiserror::Error;
use tokio::time::{sleep, timeout};

use crate::domain::label::Label;
use crate::ports::clock::Clock;
use crate::ports::pictures::Encoded;
use crate::ports::vision::{LabelError, Labeller};

use call::{Caller, Fault};
pub use token::{TokenError, TokenSource};

/// How long a picture may take, and how often it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Longest wait for a connection.
    pub connect: Duration,
    /// Longest wait for the labels, with the token, all tries and the pauses between them.
    pub whole: Duration,
    /// Most tries.
    pub tries: u32,
    /// The pause after the first try; it doubles after each.
    pub pause: Duration,
    /// Longest pause that the other side may ask for; with a longer one the caller is told instead.
    pub longest_pause: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            whole: Duration::from_secs(10),
            tries: 3,
            pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(3),
        }
    }
}

/// Where Google Cloud Vision is and how it is spoken to.
#[derive(Debug, Clone, Default)]
pub struct GoogleVisionConfig {
    /// Where it answers, if not at its usual place. Plain http is for a stand-in on a loopback address alone: a
    /// token would be readable on any other way.
    pub endpoint: Option<String>,
    /// The key file of a service account, or another file of credentials as Google writes them. Without it a
    /// stand-in on a loopback address is spoken to without a token; everything else with the application default
    /// credentials (gcloud's file, or the machine's own account in Google's cloud).
    pub credentials: Option<PathBuf>,
    /// Time-outs and tries.
    pub pace: Pace,
}

/// Why Google Cloud Vision cannot be used. The sentence is for the operator and holds no secret.
#[derive(Debug, Error)]
pub enum GoogleVisionError {
    /// The endpoint is no URL, or would have tokens sent in the clear.
    #[error("the endpoint of Google Cloud Vision {0}")]
    Endpoint(&'static str),
    /// The credentials are missing or no credentials.
    #[error("the credentials for Google Cloud Vision: {0}")]
    Credentials(String),
    /// HTTP or TLS cannot be used at all.
    #[error("a client for Google Cloud Vision: {0}")]
    Client(String),
}

/// Lets Google Cloud Vision label pictures.
pub struct GoogleLabeller {
    caller: Caller,
    tokens: Option<Arc<dyn TokenSource>>,
    pace: Pace,
}

impl GoogleLabeller {
    /// Reads the credentials. MUST be called inside a Tokio runtime, where tokens are renewed in the background, and
    /// after rustls' provider was installed.
    pub fn new(
        config: GoogleVisionConfig,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, GoogleVisionError> {
        let place = place::annotate(config.endpoint.as_deref())?;
        // Before the credentials: they panic without a provider, the client says so.
        let caller = Caller::new(&place, config.pace, clock)?;
        let tokens = match config.credentials {
            Some(file) => Some(token::from_file(&file)?),
            None if place.loopback => None,
            None => Some(token::of_the_machine()?),
        };
        Ok(Self {
            caller,
            tokens,
            pace: config.pace,
        })
    }

    /// With tokens from elsewhere; the credentials of `config` are not looked at.
    pub fn with_tokens(
        config: &GoogleVisionConfig,
        tokens: Arc<dyn TokenSource>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, GoogleVisionError> {
        let place = place::annotate(config.endpoint.as_deref())?;
        Ok(Self {
            caller: Caller::new(&place, config.pace, clock)?,
            tokens: Some(tokens),
            pace: config.pace,
        })
    }

    async fn ask(&self, picture: &Encoded) -> Result<Vec<Label>, LabelError> {
        let body = protocol::request(&picture.bytes)
            .map_err(|error| LabelError::Refused(format!("no request can be made: {error}")))?;
        let token = match &self.tokens {
            Some(tokens) => Some(tokens.token().await?),
            None => None,
        };
        self.try_often(&Bytes::from(body), token.as_deref()).await
    }

    async fn try_often(&self, body: &Bytes, token: Option<&str>) -> Result<Vec<Label>, LabelError> {
        let mut tried = 1;
        loop {
            let (reason, asked) = match self.caller.call(body.clone(), token).await {
                Ok(answer) => return choice::labels(answer),
                Err(Fault::Final(error)) => return Err(error),
                Err(Fault::Passing { reason, after }) => (reason, after),
            };
            match retry::pause(&self.pace, tried, asked) {
                Some(pause) => sleep(pause).await,
                None => {
                    return Err(LabelError::Later {
                        reason,
                        after: asked,
                    });
                }
            }
            tried += 1;
        }
    }
}

#[async_trait]
impl Labeller for GoogleLabeller {
    async fn label(&self, picture: &Encoded) -> Result<Vec<Label>, LabelError> {
        let whole = self.pace.whole;
        let late = |_| LabelError::Later {
            reason: format!("Google Cloud Vision took longer than {whole:?}"),
            after: None,
        };
        timeout(whole, self.ask(picture)).await.map_err(late)?
    }
}
