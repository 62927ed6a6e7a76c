//! Opening connections, and keeping those that went well for the next mail.
//!
//! The library has a pool of its own. It is not used, for it takes a connection back also when time ran out in the
//! middle of a mail: the late answers to that one would be taken for answers to the next.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::{Instant, sleep, timeout};

use super::fault::{Fault, Stage};
use super::{Security, SmtpConfig, SmtpError, dialogue};

/// Most connections that are kept: as many as the outbox sends mails at once.
const KEPT: usize = 8;
/// How long a goodbye may take; nobody waits for it.
const GOODBYE: Duration = Duration::from_secs(2);

/// Opens and keeps connections to one server.
pub(super) struct Connections {
    server: (String, u16),
    security: Security,
    tls: Option<TlsParameters>,
    hello: ClientId,
    credentials: Option<Credentials>,
    connect: Duration,
    idle: Duration,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// The latest last.
    connections: Vec<(AsyncSmtpConnection, Instant)>,
    /// Whether somebody looks after those that nobody uses.
    watched: bool,
}

impl Connections {
    pub fn new(config: SmtpConfig) -> Result<Self, SmtpError> {
        let tls = tls(&config)?;
        let credentials = config.account.map(|a| Credentials::new(a.user, a.password));
        Ok(Self {
            server: (config.host, config.port),
            security: config.security,
            tls,
            hello: config
                .hello
                .map_or_else(ClientId::default, ClientId::Domain),
            credentials,
            connect: config.pace.connect,
            idle: config.pace.idle,
            kept: Mutex::default(),
        })
    }

    /// A connection that is kept and still good, else a new one.
    pub async fn take(&self) -> Result<AsyncSmtpConnection, Fault> {
        while let Some((mut connection, since)) = self.pop() {
            if since.elapsed() < self.idle && dialogue::greet(&mut connection).await.is_ok() {
                return Ok(connection);
            }
            hang_up(connection);
        }
        self.open().await
    }

    /// A new connection on which mails can be handed over.
    pub async fn open(&self) -> Result<AsyncSmtpConnection, Fault> {
        let opened = self.connect().await;
        let mut connection = opened.map_err(|error| Fault::new(Stage::Connect, &error))?;
        if let Some(credentials) = &self.credentials {
            let signed = connection.auth(DEFAULT_MECHANISMS, credentials).await;
            signed.map_err(|error| Fault::new(Stage::SignIn, &error))?;
        }
        Ok(connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, lettre::transport::smtp::Error> {
        let (host, port) = &self.server;
        let wrapped = self.security == Security::Wrapped;
        let first = self.tls.clone().filter(|_| wrapped);
        let server = (host.as_str(), *port);
        let patience = Some(self.connect);
        let opened =
            AsyncSmtpConnection::connect_tokio1(server, patience, &self.hello, first, None);
        let mut connection = opened.await?;
        let upgrade = match self.security {
            Security::Required => true,
            Security::Opportunistic => connection.can_starttls(),
            Security::Plain | Security::Wrapped => false,
        };
        if let (true, Some(tls)) = (upgrade, self.tls.clone()) {
            connection.starttls(tls, &self.hello).await?;
        }
        Ok(connection)
    }

    /// Keeps one on which everything was answered.
    pub fn keep(self: &Arc<Self>, connection: AsyncSmtpConnection) {
        let mut kept = self.kept();
        if kept.connections.len() >= KEPT {
            return hang_up(connection);
        }
        kept.connections.push((connection, Instant::now()));
        if !std::mem::replace(&mut kept.watched, true) {
            tokio::spawn(watch(Arc::downgrade(self), self.idle));
        }
    }

    fn pop(&self) -> Option<(AsyncSmtpConnection, Instant)> {
        self.kept().connections.pop()
    }

    /// Hangs up what nobody has used for long; says whether there is more to look after.
    fn retire(&self) -> bool {
        let mut kept = self.kept();
        let old = |(_, since): &mut (AsyncSmtpConnection, Instant)| since.elapsed() >= self.idle;
        for (connection, _) in kept.connections.extract_if(.., old) {
            hang_up(connection);
        }
        kept.watched = !kept.connections.is_empty();
        kept.watched
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn watch(connections: std::sync::Weak<Connections>, idle: Duration) {
    loop {
        sleep(idle).await;
        match connections.upgrade() {
            Some(connections) if connections.retire() => {}
            _ => return,
        }
    }
}

/// Says goodbye, where it can be said, without waiting for the answer here.
pub(super) fn hang_up(mut connection: AsyncSmtpConnection) {
    tokio::spawn(async move {
        // A server that does not answer any more has its connection closed all the same.
        let _ = timeout(GOODBYE, connection.abort()).await;
    });
}

fn tls(config: &SmtpConfig) -> Result<Option<TlsParameters>, SmtpError> {
    if config.security == Security::Plain {
        return Ok(None);
    }
    let wrong = |error: lettre::transport::smtp::Error| SmtpError::Tls(error.to_string());
    let mut tls = TlsParametersBuilder::new(config.host.clone());
    if let Some(authority) = &config.authority {
        let authority = Certificate::from_pem(authority.as_bytes()).map_err(wrong)?;
        tls = tls.add_root_certificate(authority);
    }
    tls.build_rustls().map(Some).map_err(wrong)
}
