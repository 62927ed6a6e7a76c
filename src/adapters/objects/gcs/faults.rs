//! What errors mean: of Google's client to us, and ours to who asked.

use std::error::Error as StdError;
use std::time::Duration;

use google_cloud_storage::Error;
use reqwest::StatusCode;
use tokio::time::timeout;

use super::{Bucket, SERVICE};
use crate::adapters::google::{Fault, call};
use crate::adapters::web;
use crate::ports::objects::ObjectError;

impl Bucket {
    /// What an error of Google's client means.
    pub(super) fn fault(&self, error: &Error) -> Fault {
        let status = error.http_status_code();
        if let Some(status) = status.and_then(|code| StatusCode::from_u16(code).ok()) {
            let headers = error.http_headers();
            let after = headers.and_then(|headers| self.web.retry_after(headers));
            let said = said(error);
            return self.web.judged(status, said.as_deref(), after);
        }
        if error.is_authentication() && !error.is_transient_and_before_rpc() {
            let cause = error.source().map(web::causes).unwrap_or_default();
            return Fault::Refused {
                status: None,
                reason: format!("no token: {cause}"),
            };
        }
        let unread = error.is_deserialization() || error.is_serialization();
        if unread && !broke_off(error) {
            let cause = error.source().map(web::causes).unwrap_or_default();
            return self.web.odd(&format!("is not understood: {cause}"));
        }
        match error.source() {
            Some(cause) => self.web.broken(cause),
            None => Fault::passing(format!("no answer of {SERVICE}")),
        }
    }
}

impl Bucket {
    /// What an error amid a read means. The answer was good so far: whatever came in between may pass.
    pub(super) fn broken_off(&self, error: &Error) -> Fault {
        match error.source() {
            Some(cause) => self.web.broken(cause),
            None => Fault::passing(format!("{SERVICE} broke a read off")),
        }
    }
}

/// Whether an answer was not understood because it did not come to its end.
fn broke_off(error: &Error) -> bool {
    let client = error.source().filter(|cause| cause.is::<reqwest::Error>());
    let cause = client.and_then(StdError::source);
    client.is_some() && !cause.is_some_and(<dyn StdError>::is::<serde_json::Error>)
}

/// Google's own sentence.
fn said(error: &Error) -> Option<String> {
    let status = error.status().map(|status| status.message.clone());
    status.or_else(|| call::message(error.http_payload()?))
}

/// Waits so long for one try.
pub(super) async fn within<T>(
    limit: Duration,
    what: &str,
    attempt: impl Future<Output = Result<T, Fault>> + Send,
) -> Result<T, Fault> {
    let late = |_| Fault::passing(format!("{SERVICE}: {what} took longer than {limit:?}"));
    timeout(limit, attempt).await.map_err(late)?
}

/// What a fault is to who asked for an object. A 404 is to be judged before: the bucket may be what is missing.
pub(super) fn told(fault: Fault) -> ObjectError {
    match fault {
        Fault::Passing { reason, .. } => ObjectError::Unavailable(reason),
        Fault::Refused { reason, .. } | Fault::Odd(reason) => ObjectError::Failed(reason),
    }
}
