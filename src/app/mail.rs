//! How mails leave.

use std::sync::Arc;

use url::{Host, Url};

use super::AppError;
use crate::adapters::clock::SystemClock;
use crate::adapters::mail::MeasuredMailer;
use crate::adapters::mail::mailbox::FileMailbox;
use crate::adapters::mail::sendgrid::{self, SendGridConfig, SendGridMailer};
use crate::adapters::mail::smtp::{self, Account, Security, SmtpConfig, SmtpMailer};
use crate::config::{Config, Mail, Secret, SmtpServer, SmtpTls};
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
    let mailer: Arc<dyn Mailer> = match &config.mail.transport {
        Mail::Mailbox => return local(config, clock),
        Mail::Smtp(server) => Arc::new(by_smtp(config, server, clock)?),
        Mail::SendGrid { key, endpoint } => {
            Arc::new(by_sendgrid(config, key, endpoint.as_ref(), clock)?)
        }
    };
    Ok(Mails {
        mailer: Arc::new(MeasuredMailer(mailer)),
        mailbox: None,
    })
}

/// Whether mails can be handed over, as a sentence; none where they stay here. Sends none.
pub(super) async fn check(config: &Config) -> Result<Option<&'static str>, AppError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    match &config.mail.transport {
        Mail::Mailbox => Ok(None),
        Mail::Smtp(server) => {
            let answered = by_smtp(config, server, &clock)?.ping().await;
            answered.map_err(|error| AppError::new("SMTP_URL", error))?;
            Ok(Some("The mail server answers."))
        }
        Mail::SendGrid { key, endpoint } => {
            let mailer = by_sendgrid(config, key, endpoint.as_ref(), &clock)?;
            let answered = mailer.ping().await;
            answered.map_err(|error| AppError::new("SENDGRID_API_KEY", error))?;
            Ok(Some("SendGrid answers and takes mails with this key."))
        }
    }
}

fn by_smtp(
    config: &Config,
    server: &SmtpServer,
    clock: &Arc<dyn Clock>,
) -> Result<SmtpMailer, AppError> {
    let account = server.account.as_ref().map(|(user, password)| Account {
        user: user.reveal().to_owned(),
        password: password.reveal().to_owned(),
    });
    let hello = server.hello.clone();
    let smtp = SmtpConfig {
        host: server.host.clone(),
        port: server.port,
        security: match server.tls {
            SmtpTls::None => Security::Plain,
            SmtpTls::Opportunistic => Security::Opportunistic,
            SmtpTls::Required => Security::Required,
            SmtpTls::Wrapped => Security::Wrapped,
        },
        authority: None,
        account,
        hello: hello.or_else(|| name_of_ours(&config.listen.public_url)),
        from: config.mail.from.clone(),
        pace: smtp::Pace::default(),
    };
    SmtpMailer::new(smtp, clock.clone()).map_err(|error| AppError::new("SMTP_URL", error))
}

/// The name that others know us by, where it is a name.
fn name_of_ours(public_url: &str) -> Option<String> {
    let url = Url::parse(public_url).ok()?;
    match url.host()? {
        Host::Domain(name) => Some(name.to_owned()),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

fn by_sendgrid(
    config: &Config,
    key: &Secret,
    endpoint: Option<&String>,
    clock: &Arc<dyn Clock>,
) -> Result<SendGridMailer, AppError> {
    let sendgrid = SendGridConfig {
        key: key.reveal().to_owned(),
        endpoint: endpoint.cloned(),
        from: config.mail.from.clone(),
        pace: sendgrid::Pace::default(),
    };
    let mailer = SendGridMailer::new(sendgrid, clock.clone());
    mailer.map_err(|error| AppError::new("SENDGRID_API_KEY", error))
}

fn local(config: &Config, clock: &Arc<dyn Clock>) -> Result<Mails, AppError> {
    let folder = config.data_dir.join("mailbox");
    let mailbox = FileMailbox::open(folder, clock.clone())
        .map_err(|error| AppError::new("DATA_DIR cannot be written to", error))?;
    let mailbox = Arc::new(mailbox);
    Ok(Mails {
        mailer: Arc::new(MeasuredMailer(mailbox.clone())),
        mailbox: Some(mailbox),
    })
}
