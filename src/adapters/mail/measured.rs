//! Counts and times the attempts to hand mails over, and shows them in traces: no address, no word of a mail.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use tracing::Instrument as _;

use crate::observe::{table, traces};
use crate::ports::mailer::{MailError, Mailer, Message};

/// Another mailer, watched.
pub struct MeasuredMailer(pub Arc<dyn Mailer>);

#[async_trait]
impl Mailer for MeasuredMailer {
    async fn send(&self, message: &Message) -> Result<(), MailError> {
        let span = traces::outside!("mail send",);
        let begun = Instant::now();
        let sent = self.0.send(message).instrument(span.clone()).await;
        table::MAIL_DURATION.plain().record(begun.elapsed());
        let outcome = match &sent {
            Ok(()) => "sent",
            Err(MailError::Later { .. }) => "postponed",
            Err(MailError::Refused(_)) => "refused",
        };
        table::MAILS.with([outcome]).increment(1);
        if sent.is_err() {
            traces::failed(&span, outcome);
        }
        sent
    }
}
