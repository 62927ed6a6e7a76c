//! Google Cloud Vision, by REST (`images:annotate`).
//!
//! The way of a picture: [`protocol`] writes the request, [`crate::adapters::google`] signs it in, sends it, judges the
//! answer's status and says whether it is sent again, [`choice`] makes labels of the answer.

mod choice;
mod protocol;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use thiserror::Error;
use tokio::sync::Semaphore;
use url::Url;

use crate::adapters::google::{Fault, Web, from_file, of_the_machine};
pub use crate::adapters::google::{Pace, TokenError, TokenSource};
use crate::adapters::web::{self, Place};
use crate::domain::label::Label;
use crate::ports::clock::Clock;
use crate::ports::pictures::Encoded;
use crate::ports::vision::{LabelError, Labeller};

use protocol::Answer;

/// Its usual place.
const USUAL: &str = "https://vision.googleapis.com";
/// All that a token is good for.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-vision";
/// Pictures that are asked about at once; each is in memory three times over, and the other side may be slow.
const AT_ONCE: usize = 16;
/// When there may be a place again.
const FULL_FOR: Duration = Duration::from_secs(1);
const SERVICE: &str = "Google Cloud Vision";

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
    /// It does not answer, or not to us.
    #[error("{0}")]
    Unusable(String),
}

/// Lets Google Cloud Vision label pictures.
pub struct GoogleLabeller {
    web: Web,
    annotate: Url,
    pace: Pace,
    places: Semaphore,
}

impl GoogleLabeller {
    /// Reads the credentials. MUST be called inside a Tokio runtime, where tokens are renewed in the background, and
    /// after rustls' provider was installed.
    pub fn new(
        config: GoogleVisionConfig,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, GoogleVisionError> {
        let place = place(config.endpoint.as_deref())?;
        web::can_encrypt().map_err(GoogleVisionError::Client)?;
        let account = match config.credentials {
            Some(file) => Some(from_file(&file, SCOPE)),
            None if place.loopback => None,
            None => Some(of_the_machine(SCOPE)),
        };
        let account = account.transpose();
        let account = account.map_err(GoogleVisionError::Credentials)?;
        let tokens = account.map(|account| account.tokens());
        Self::over(&place, tokens, config.pace, clock)
    }

    /// With tokens from elsewhere; the credentials of `config` are not looked at.
    pub fn with_tokens(
        config: &GoogleVisionConfig,
        tokens: Arc<dyn TokenSource>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, GoogleVisionError> {
        let place = place(config.endpoint.as_deref())?;
        Self::over(&place, Some(tokens), config.pace, clock)
    }

    fn over(
        place: &Place,
        tokens: Option<Arc<dyn TokenSource>>,
        pace: Pace,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, GoogleVisionError> {
        let web = Web::new(SERVICE, place, &pace, tokens, clock);
        Ok(Self {
            web: web.map_err(GoogleVisionError::Client)?,
            annotate: place.join(["v1", "images:annotate"]),
            pace,
            places: Semaphore::new(AT_ONCE),
        })
    }

    /// Whether a token is to be had and Google Cloud Vision lets us in with it. Sends no picture: that none is a wrong
    /// number of pictures is said only to whom it would answer.
    pub async fn check(&self) -> Result<(), GoogleVisionError> {
        let call = || self.ask(Bytes::from_static(protocol::NO_PICTURE));
        match self.pace.often(SERVICE, self.pace.whole, call).await {
            Ok(_) => Ok(()),
            Err(fault) if fault.is(400) => Ok(()),
            Err(fault) => Err(GoogleVisionError::Unusable(fault.reason())),
        }
    }

    async fn ask(&self, body: Bytes) -> Result<Answer, Fault> {
        let json = HeaderValue::from_static("application/json");
        let request = self.web.request(Method::POST, self.annotate.clone());
        let request = request.header(CONTENT_TYPE, json).body(body);
        let answer = self.web.send(request).await?;
        let not_understood = |error| self.web.odd(&format!("is not understood: {error}"));
        serde_json::from_slice(&answer).map_err(not_understood)
    }
}

fn place(endpoint: Option<&str>) -> Result<Place, GoogleVisionError> {
    let place = Place::parse(endpoint, USUAL).and_then(Place::private);
    place.map_err(GoogleVisionError::Endpoint)
}

impl From<Fault> for LabelError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Passing { reason, after } => Self::Later { reason, after },
            Fault::Refused { reason, .. } => Self::Refused(reason),
            Fault::Odd(reason) => Self::Later {
                reason,
                after: None,
            },
        }
    }
}

#[async_trait]
impl Labeller for GoogleLabeller {
    async fn label(&self, picture: &Encoded) -> Result<Vec<Label>, LabelError> {
        let place = self.places.try_acquire();
        let _place = place.map_err(|_| LabelError::Later {
            reason: format!("{AT_ONCE} pictures are being looked at already"),
            after: Some(FULL_FOR),
        })?;
        let body = protocol::request(&picture.bytes)
            .map_err(|error| LabelError::Refused(format!("no request can be made: {error}")))?;
        let body = Bytes::from(body);
        let call = || self.ask(body.clone());
        let answer = self.pace.often(SERVICE, self.pace.whole, call).await?;
        choice::labels(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn annotate(endpoint: Option<&str>) -> Option<String> {
        let place = place(endpoint).ok()?;
        Some(place.join(["v1", "images:annotate"]).into())
    }

    #[test]
    fn the_method_stands_behind_the_endpoint() {
        for (endpoint, url) in [
            (None, "https://vision.googleapis.com/v1/images:annotate"),
            (
                Some("https://eu-vision.googleapis.com/"),
                "https://eu-vision.googleapis.com/v1/images:annotate",
            ),
            (
                Some("http://127.0.0.1:81"),
                "http://127.0.0.1:81/v1/images:annotate",
            ),
        ] {
            assert_eq!(annotate(endpoint).as_deref(), Some(url));
        }
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for bad in ["http://vision.example", "http://10.0.0.1", "vision"] {
            assert_eq!(annotate(Some(bad)), None, "{bad}");
        }
    }
}
