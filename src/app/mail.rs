//! How mails leave.

use std::sync::Arc;

use super::AppError;
use crate::adapters::mail::mailbox::FileMailbox;
use crate::config::{Config, Mail};
use crate::ports::clock::Clock;
use crate::ports::mailer::{Mailbox, Mailer};

/// The way out, and the mailbox where mails stay.
pub(super) struct Mails {
    pub mailer: Arc<dyn Mailer>,
    /// None where mails are sent.
    pub mailbox: Option<Arc<dyn Mailbox>>,
}

/// Opens what the settings name.
pub(super) fn open(config: &Config, clock: &Arc<dyn Clock>) -> Result<Mails, AppError> {
    match &config.mail.transport {
        Mail::Mailbox => local(config, clock),
        Mail::Smtp(_) => Err(AppError("SMTP_URL: is not built yet".into())),
        Mail::SendGrid { .. } => Err(AppError("SENDGRID_API_KEY: is not built yet".into())),
    }
}

fn local(config: &Config, clock: &Arc<dyn Clock>) -> Result<Mails, AppError> {
    let folder = config.data_dir.join("mailbox");
    let mailbox = FileMailbox::open(folder, clock.clone())
        .map_err(|error| AppError::new("DATA_DIR cannot be written to", error))?;
    let mailbox = Arc::new(mailbox);
    Ok(Mails {
        mailer: mailbox.clone(),
        mailbox: Some(mailbox),
    })
}
