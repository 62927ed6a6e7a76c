//! One call: sends the request, reads a bounded answer, judges its status.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Response, StatusCode};
use url::Url;

use super::protocol::{Answer, Failure};
use super::{GoogleVisionError, Pace};
use crate::adapters::web::{self, Place, Unread, told};
use crate::ports::clock::Clock;
use crate::ports::vision::LabelError;

/// Most bytes of an answer. Labels need a few KiB.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// Why a call gave no labels.
pub(super) enum Fault {
    /// The next try may do better.
    Passing {
        reason: String,
        /// How long the other side asked to wait.
        after: Option<Duration>,
    },
    /// Another try would not.
    Final(LabelError),
}

/// Speaks HTTP.
pub(super) struct Caller {
    client: Client,
    annotate: Url,
    clock: Arc<dyn Clock>,
}

impl Caller {
    pub fn new(
        place: &Place,
        pace: Pace,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, GoogleVisionError> {
        let client = web::client(pace.connect, place.loopback);
        Ok(Self {
            client: client.map_err(GoogleVisionError::Client)?,
            annotate: place.url.clone(),
            clock,
        })
    }

    /// Sends the body of a request once.
    pub async fn call(&self, body: Bytes, token: Option<&str>) -> Result<Answer, Fault> {
        let headers = headers(token).map_err(Fault::Final)?;
        let request = self.client.post(self.annotate.clone()).headers(headers);
        let response = request.body(body).send().await.map_err(broken)?;
        let status = response.status();
        if status == StatusCode::OK {
            return parsed(&read(response).await?);
        }
        let after = web::retry_after(response.headers(), self.clock.now());
        let said = reason(status, read(response).await.ok().as_deref(), token);
        Err(judged(status, said, after))
    }
}

fn headers(token: Option<&str>) -> Result<HeaderMap, LabelError> {
    let json = HeaderValue::from_static("application/json");
    let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, json)]);
    if let Some(token) = token {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {token}"))
            .map_err(|_| LabelError::Refused("the token does not fit in a header".to_owned()))?;
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
    }
    Ok(headers)
}

fn judged(status: StatusCode, reason: String, after: Option<Duration>) -> Fault {
    if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        Fault::Passing { reason, after }
    } else {
        Fault::Final(LabelError::Refused(reason))
    }
}

/// The status and Google's own sentence. Should that quote the token, the log does not.
fn reason(status: StatusCode, body: Option<&[u8]>, token: Option<&str>) -> String {
    let failure: Option<Failure> = body.and_then(|body| serde_json::from_slice(body).ok());
    let Some(failure) = failure else {
        return format!("Google Cloud Vision answered {status}");
    };
    let message = match token {
        Some(token) if !token.is_empty() => failure.error.message.replace(token, "***"),
        _ => failure.error.message,
    };
    format!("Google Cloud Vision answered {status}: {}", told(&message))
}

async fn read(response: Response) -> Result<Bytes, Fault> {
    let body = web::read(response, LONGEST_ANSWER).await;
    body.map_err(|unread| match unread {
        Unread::Broken(error) => broken(error),
        Unread::TooLong => odd(&format!("is longer than {LONGEST_ANSWER} bytes")),
    })
}

fn parsed(body: &[u8]) -> Result<Answer, Fault> {
    serde_json::from_slice(body).map_err(|error| odd(&format!("is not understood: {error}")))
}

/// An answer that Google does not give: something in between did. That passes, but not in seconds.
fn odd(what: &str) -> Fault {
    Fault::Final(LabelError::Later {
        reason: format!("the answer of Google Cloud Vision {what}"),
        after: None,
    })
}

/// The connection failed.
fn broken(error: reqwest::Error) -> Fault {
    Fault::Passing {
        reason: format!("no answer of Google Cloud Vision: {}", web::broken(error)),
        after: None,
    }
}
