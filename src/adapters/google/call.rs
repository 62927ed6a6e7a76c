//! One call: signs in, sends the request, reads a bounded answer, judges its status.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{AUTHORIZATION, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use rustls::crypto::CryptoProvider;
use serde::Deserialize;
use url::Url;

use super::{Fault, Pace, Place, TokenSource, asked, told};
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
        can_encrypt()?;
        let mut client = Client::builder()
            .connect_timeout(pace.connect)
            .redirect(Policy::none())
            .user_agent(concat!("shotify/", env!("CARGO_PKG_VERSION")));
        if place.loopback {
            // A proxy of the environment would look for the stand-in on its own machine.
            client = client.no_proxy();
        }
        Ok(Self {
            service,
            client: client.build().map_err(|error| causes(&error))?,
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
        let after = self.retry_after(response.headers().get(RETRY_AFTER));
        let body = self.read(response).await.ok();
        let message = body.and_then(|body| message(&body));
        let message = message.map(|said| without(&said, token.as_deref()));
        Err(self.judged(status, message.as_deref(), after))
    }

    /// How long a header asks to wait.
    pub fn retry_after(&self, header: Option<&HeaderValue>) -> Option<Duration> {
        asked(header?.to_str().ok()?, self.clock.now())
    }

    /// What an answer's status means, with Google's own sentence.
    pub fn judged(
        &self,
        status: StatusCode,
        message: Option<&str>,
        after: Option<Duration>,
    ) -> Fault {
        let service = self.service;
        let reason = match message.map(told).filter(|said| !said.trim().is_empty()) {
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
        let reason = format!("no answer of {}: {}", self.service, told(&causes(error)));
        Fault::passing(reason)
    }

    /// An answer that makes no sense.
    pub fn odd(&self, what: &str) -> Fault {
        Fault::Odd(format!("the answer of {} {what}", self.service))
    }

    /// Reads the body, up to its bound.
    async fn read(&self, mut response: Response) -> Result<Bytes, Fault> {
        let mut body = BytesMut::new();
        loop {
            let chunk = response.chunk().await;
            let Some(chunk) = chunk.map_err(|error| self.broken(&error))? else {
                return Ok(body.freeze());
            };
            if body.len() + chunk.len() > LONGEST_ANSWER {
                return Err(self.odd(&format!("is longer than {LONGEST_ANSWER} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
    }
}

/// Whether there is a provider of cryptography; without one, clients and credentials panic.
pub(in crate::adapters) fn can_encrypt() -> Result<(), String> {
    match CryptoProvider::get_default() {
        Some(_) => Ok(()),
        None => Err("rustls has no provider of cryptography".to_owned()),
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

/// An error with what caused it: the client's own sentence does not say. Where it was going is left out.
pub(in crate::adapters) fn causes(error: &(dyn Error + 'static)) -> String {
    let all = std::iter::successors(Some(error), |&error| error.source());
    let told = all.map(|error| match error.downcast_ref::<reqwest::Error>() {
        Some(client) => kind(client).to_owned(),
        None => error.to_string(),
    });
    told.collect::<Vec<_>>().join(": ")
}

/// The client's own sentence names the URL.
fn kind(error: &reqwest::Error) -> &'static str {
    if error.is_connect() {
        "it cannot be reached"
    } else if error.is_timeout() {
        "it took too long"
    } else if error.is_body() || error.is_decode() {
        "its body broke off"
    } else {
        "the request failed"
    }
}
