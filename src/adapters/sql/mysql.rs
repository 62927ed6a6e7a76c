//! Pools of connections to `MySQL` that outlive a server which falls silent, as by a power cut.
//!
//! The pool itself waits without bound in two places. What comes back to it is asked for the answers that are still due,
//! which never come: it would keep its place until TCP gives up, after minutes. And closing a connection over TLS reads
//! from it first. So a connection that does not answer in time is not closed but replaced, where it is, by a new one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlPoolOptions};
use sqlx::pool::PoolConnectionMetadata;
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::{sleep, timeout};

use super::connect::{Purpose, STATEMENTS};
use super::dialect;
use super::incident::Incident;

/// A connection idle for longer is tried before it is used.
const TRUSTED: Duration = Duration::from_secs(1);
/// How long a server may take to answer on a connection that had nothing to do: a request waits for it.
const IDLE_ANSWER: Duration = Duration::from_millis(500);
/// How long it may take to answer behind a statement that was perhaps given up, before the connection goes back.
const LAST_ANSWER: Duration = Duration::from_secs(1);
/// How long a new connection may take, and the pause before the next try.
const CONNECT: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(500);

/// A server, and how connections to it are made.
#[derive(Clone)]
pub(super) struct Server {
    options: MySqlConnectOptions,
    purpose: Purpose,
    incident: Arc<Incident>,
}

impl Server {
    pub fn new(options: MySqlConnectOptions, purpose: Purpose, incident: &Arc<Incident>) -> Self {
        Self {
            options: options.statement_cache_capacity(STATEMENTS),
            purpose,
            incident: Arc::clone(incident),
        }
    }

    pub fn options(&self) -> MySqlConnectOptions {
        self.options.clone()
    }

    /// How its connections are kept.
    pub fn pool(&self, connections: u32) -> MySqlPoolOptions {
        let [made, taken, back] = [(); 3].map(|()| self.clone());
        MySqlPoolOptions::new()
            .max_connections(connections)
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                let server = made.clone();
                Box::pin(async move { server.prepare(connection).await })
            })
            .before_acquire(move |connection, meta| {
                let server = taken.clone();
                Box::pin(async move { server.make_good(connection, &meta).await })
            })
            .after_release(move |connection, _| {
                let server = back.clone();
                Box::pin(async move {
                    server.take_back(connection).await;
                    Ok(true)
                })
            })
    }

    /// The state that statements rely on.
    async fn prepare(&self, connection: &mut MySqlConnection) -> sqlx::Result<()> {
        dialect::prepare_mysql(connection).await?;
        match self.purpose.longest_statement() {
            Some(longest) => dialect::limit_mysql_reads(connection, longest).await,
            None => Ok(()),
        }
    }

    /// Spares the round trip of a ping for a connection that has just been in use. One to a server that is the primary no
    /// more is closed, by which that server answers.
    async fn make_good(
        &self,
        connection: &mut MySqlConnection,
        meta: &PoolConnectionMetadata,
    ) -> sqlx::Result<bool> {
        let made = Instant::now().checked_sub(meta.age);
        if made.is_some_and(|made| self.incident.happened_since(made)) {
            return Ok(false);
        }
        if meta.idle_for >= TRUSTED && !answers(connection, IDLE_ANSWER).await {
            *connection = self.connect().await?;
        }
        Ok(true)
    }

    /// Nobody waits for this but the place in the pool.
    async fn take_back(&self, connection: &mut MySqlConnection) {
        if answers(connection, LAST_ANSWER).await {
            return;
        }
        loop {
            if let Ok(new) = self.connect().await {
                *connection = new;
                return;
            }
            sleep(PAUSE).await;
        }
    }

    async fn connect(&self) -> sqlx::Result<MySqlConnection> {
        let making = async {
            let mut connection = self.options.connect().await?;
            self.prepare(&mut connection).await?;
            Ok(connection)
        };
        let made = timeout(CONNECT, making).await;
        made.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }
}

async fn answers(connection: &mut MySqlConnection, within: Duration) -> bool {
    let answer = timeout(within, connection.ping()).await;
    matches!(answer, Ok(Ok(())))
}
