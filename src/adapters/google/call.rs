//! One call: signs in, sends the request, reads a bounded answer, judges its status.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use url::Url;

use super::{Fault, Pace, TokenSource};
use crate::adapters::web::{self, Place, Unread};
use crate::ports::clock::Clock;

/// Most bytes of an answer. What is asked for needs a few KiB.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// The body of an answer that is an error.
#[derive(Deserialize)]
struct Failure {
    error: Said,
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    message: String,
}

/// Speaks HTTP with one service.
pub(in crate::adapters) struct Web {
    /// Its name in sentences.
    service: &'static str,
    client: Client,
    tokens: Option<Arc<dyn TokenSource>>,
    clock: Arc<dyn Clock>,
}

impl Web {
    /// `tokens` sign each request in; without, they are sent as anybody's. The error is for the operator.
    pub fn new(
        service: &'static str,
        place: &Place,
        pace: &Pace,
        tokens: Option<Arc<dyn TokenSource>>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, String> {
        Ok(Self {
            service,
            client: web::client(pace.connect, place.loopback)?,
            tokens,
            clock,
        })
    }

    /// Begins a request.
    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// Sends a request once; the body of an answer that is none of an error.
    pub async fn send(&self, request: RequestBuilder) -> Result<Bytes, Fault> {
        let token = match &self.tokens {
            Some(tokens) => Some(tokens.token().await?),
            None => None,
        };
        let request = match &token {
            Some(token) => request.header(AUTHORIZATION, bearer(token)?),
            None => request,
        };
        let response = request.send().await.map_err(|error| self.broken(&error))?;
        let status = response.status();
        if status.is_success() {
            return self.read(response).await;
        }
        let after = self.retry_after(response.headers());
        let body = self.read(response).await.ok();
        let message = body.and_then(|body| message(&body));
        let message = message.map(|said| without(&said, token.as_deref()));
        Err(self.judged(status, message.as_deref(), after))
    }

    /// How long the other side asks to wait.
    pub fn retry_after(&self, headers: &HeaderMap) -> Option<Duration> {
        web::retry_after(headers, self.clock.now())
    }

    /// What an answer's status means, with Google's own sentence.
    pub fn judged(
        &self,
        status: StatusCode,
        message: Option<&str>,
        after: Option<Duration>,
    ) -> Fault {
        let service = self.service;
        let reason = match message
            .map(web::told)
            .filter(|said| !said.trim().is_empty())
        {
            Some(said) => format!("{service} answered {status}: {said}"),
            None => format!("{service} answered {status}"),
        };
        match status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
                Fault::Passing { reason, after }
            }
            status if status.is_server_error() => Fault::Passing { reason, after },
            status => Fault::Refused {
                status: Some(status.as_u16()),
                reason,
            },
        }
    }

    /// The connection failed.
    pub fn broken(&self, error: &(dyn Error + 'static)) -> Fault {
        let reason = format!("no answer of {}: {}", self.service, web::broken(error));
        Fault::passing(reason)
    }

    /// An answer that makes no sense.
    pub fn odd(&self, what: &str) -> Fault {
        Fault::Odd(format!("the answer of {} {what}", self.service))
    }

    /// Reads the body, up to its bound.
    async fn read(&self, response: Response) -> Result<Bytes, Fault> {
        let body = web::read(response, LONGEST_ANSWER).await;
        body.map_err(|unread| match unread {
            Unread::Broken(error) => self.broken(&error),
            Unread::TooLong => self.odd(&format!("is longer than {LONGEST_ANSWER} bytes")),
        })
    }
}

fn bearer(token: &str) -> Result<HeaderValue, Fault> {
    let bearer = HeaderValue::from_str(&format!("Bearer {token}"));
    let mut bearer = bearer.map_err(|_| Fault::Refused {
        status: None,
        reason: "the token does not fit in a header".to_owned(),
    })?;
    bearer.set_sensitive(true);
    Ok(bearer)
}

/// Google's own sentence in the body of an error.
pub(in crate::adapters) fn message(body: &[u8]) -> Option<String> {
    let failure: Option<Failure> = serde_json::from_slice(body).ok();
    failure.map(|failure| failure.error.message)
}

/// Should a sentence quote the token, the log does not.
fn without(message: &str, token: Option<&str>) -> String {
    match token {
        Some(token) if !token.is_empty() => message.replace(token, "***"),
        _ => message.to_owned(),
    }
}
