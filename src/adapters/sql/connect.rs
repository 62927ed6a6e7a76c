//! Connections: how many, and in which state each begins.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::mysql::MySqlConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::database::{Engine, Pool};
use super::error::fault;
use super::incident::Incident;
use super::mysql;
use crate::ports::store::{StoreError, StoreResult};

/// How long `SQLite` waits for another process's lock.
const BUSY: Duration = Duration::from_secs(5);
/// How often, and how long apart, opening or migrating a `SQLite` file is tried.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(50);
/// Prepared statements kept by each connection.
pub(super) const STATEMENTS: usize = 256;
/// Of a statement that only reads, where nothing else is said.
pub(super) const LONGEST_READ: Duration = Duration::from_secs(30);
/// The same on a replica, at most: less than its answer is waited for, so that one which is merely slow is not taken for
/// dead.
const LONGEST_ON_REPLICA: Duration = Duration::from_secs(8);
/// How long a replica is waited for: the primary can do its work.
const REPLICA: Duration = Duration::from_millis(500);

/// Where the database is, and how many connections it is given.
#[derive(Debug, Clone)]
pub struct SqlConfig {
    /// `sqlite://path` or `mysql://…`. A `SQLite` file that does not exist is made.
    pub url: String,
    /// Connections for reading.
    pub read_connections: u32,
    /// Connections for units of work; `SQLite` always has one.
    pub write_connections: u32,
    /// How long to wait for a free connection.
    pub acquire_timeout: Duration,
    /// `mysql://…` of replicas, of which lists are read.
    pub replicas: Vec<String>,
}

/// What a pool is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// So long a statement may take.
    Read(Duration),
    Replica,
    Write,
}

impl Purpose {
    /// Of a statement that only reads.
    pub(super) const fn longest_statement(self) -> Option<Duration> {
        match self {
            Self::Read(longest) => Some(longest),
            Self::Replica => Some(LONGEST_ON_REPLICA),
            Self::Write => None,
        }
    }
}

/// Opens the two pools, the writing one first: it makes the file of a `SQLite` database.
pub(super) async fn pools(
    config: &SqlConfig,
    longest_read: Duration,
    incident: &Arc<Incident>,
) -> StoreResult<(Pool, Pool)> {
    let write = open(config, Purpose::Write, incident).await?;
    let read = open(config, Purpose::Read(longest_read), incident).await?;
    Ok((read, write))
}

/// A pool of connections to a replica, none of which is opened yet.
pub(super) fn replica(config: &SqlConfig, url: &str) -> StoreResult<Pool> {
    let options = MySqlConnectOptions::from_str(url).map_err(unreadable)?;
    let server = mysql::Server::new(options, Purpose::Replica, &Arc::default());
    let pool = server.pool(config.read_connections);
    let pool = pool.acquire_timeout(REPLICA);
    Ok(Engine::MySql(pool.connect_lazy_with(server.options())))
}

/// The URL may hold a password: neither it nor what a parser says of it goes into an error.
fn unreadable(_: sqlx::Error) -> StoreError {
    StoreError::Failed("the database's URL cannot be read".into())
}

async fn open(config: &SqlConfig, purpose: Purpose, incident: &Arc<Incident>) -> StoreResult<Pool> {
    let pool = if config.url.starts_with("sqlite:") {
        let options = SqliteConnectOptions::from_str(&config.url).map_err(unreadable)?;
        sqlite(config, purpose, options).await
    } else {
        let options = MySqlConnectOptions::from_str(&config.url).map_err(unreadable)?;
        mysql(config, purpose, options, incident).await
    };
    pool.map_err(fault)
}

async fn sqlite(
    config: &SqlConfig,
    purpose: Purpose,
    options: SqliteConnectOptions,
) -> sqlx::Result<Pool> {
    let options = options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .statement_cache_capacity(STATEMENTS);
    let (options, connections) = match purpose {
        Purpose::Read(_) | Purpose::Replica => {
            let options = options.synchronous(SqliteSynchronous::Normal);
            (options.pragma("query_only", "ON"), config.read_connections)
        }
        // NORMAL would lose the last commits at a power cut: sales that were answered, rows of objects that stay.
        Purpose::Write => (options.synchronous(SqliteSynchronous::Full), 1),
    };
    let pool = SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(config.acquire_timeout)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None);
    // Switching a new file to WAL does not wait for another process that does the same.
    let open = patiently(|| pool.clone().connect_with(options.clone()));
    Ok(Engine::Sqlite(open.await?))
}

/// Tries again what a `SQLite` file refuses while another process is at it.
pub(super) async fn patiently<T, E, F>(mut body: impl FnMut() -> F) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    for _ in 1..ATTEMPTS {
        if let Ok(done) = body().await {
            return Ok(done);
        }
        tokio::time::sleep(PAUSE).await;
    }
    body().await
}

async fn mysql(
    config: &SqlConfig,
    purpose: Purpose,
    options: MySqlConnectOptions,
    incident: &Arc<Incident>,
) -> sqlx::Result<Pool> {
    let connections = match purpose {
        Purpose::Read(_) | Purpose::Replica => config.read_connections,
        Purpose::Write => config.write_connections,
    };
    let server = mysql::Server::new(options, purpose, incident);
    let pool = server.pool(connections);
    let pool = pool.acquire_timeout(config.acquire_timeout);
    Ok(Engine::MySql(pool.connect_with(server.options()).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn synchronous(pool: &Pool) -> i64 {
        let Engine::Sqlite(pool) = pool else {
            panic!("not SQLite")
        };
        let level = sqlx::query_scalar("PRAGMA synchronous");
        level.fetch_one(pool).await.unwrap()
    }

    #[tokio::test]
    async fn a_commit_to_sqlite_is_on_the_disk_before_it_is_answered() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("shotify.db");
        let config = SqlConfig {
            url: format!("sqlite://{}", file.display()),
            read_connections: 1,
            write_connections: 1,
            acquire_timeout: Duration::from_secs(30),
            replicas: Vec::new(),
        };
        let (read, write) = pools(&config, LONGEST_READ, &Arc::default()).await.unwrap();
        let (normal, full) = (1, 2);
        assert_eq!(synchronous(&write).await, full);
        assert_eq!(synchronous(&read).await, normal);
    }
}
