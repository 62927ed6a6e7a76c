//! The development mailbox, as a page and as JSON.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::pages::{self, MailboxEntry};
use super::problem::internal;
use crate::domain::timestamp::Timestamp;
use crate::ports::mailer::{Delivered, Mailbox};

/// `/dev/mailbox` and `/dev/mailbox.json`, newest first.
pub fn routes<S: Clone + Send + Sync + 'static>(mailbox: Arc<dyn Mailbox>) -> Router<S> {
    Router::new()
        .route("/dev/mailbox", get(page))
        .route("/dev/mailbox.json", get(json))
        .with_state(mailbox)
}

async fn page(State(mailbox): State<Arc<dyn Mailbox>>) -> Response {
    match entries(&*mailbox).await {
        Ok(entries) => pages::mailbox(&entries),
        Err(error) => failed(&error),
    }
}

async fn json(State(mailbox): State<Arc<dyn Mailbox>>) -> Response {
    match entries(&*mailbox).await {
        Ok(entries) => Json(entries).into_response(),
        Err(error) => failed(&error),
    }
}

async fn entries(mailbox: &dyn Mailbox) -> std::io::Result<Vec<MailboxEntry>> {
    let delivered = mailbox.delivered().await?;
    Ok(delivered.into_iter().map(entry).collect())
}

fn entry(delivered: Delivered) -> MailboxEntry {
    let message = delivered.message;
    MailboxEntry {
        to: message.to.as_str().to_owned(),
        subject: message.subject,
        text: message.text,
        html: message.html,
        sent: rfc3339(delivered.sent),
    }
}

fn rfc3339(time: Timestamp) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(time.micros()) * 1000);
    let text = time.ok().and_then(|time| time.format(&Rfc3339).ok());
    text.unwrap_or_default()
}

fn failed(error: &std::io::Error) -> Response {
    tracing::error!(kind = %error.kind(), "the mailbox cannot be read");
    internal()
}
