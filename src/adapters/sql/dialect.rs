//! The few places where `MySQL` (and `MariaDB`) and `SQLite` differ.

use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::mysql::MySql;
use sqlx::sqlite::Sqlite;
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, MySqlPool, Transaction};

use super::database::{Engine, Pool};
use super::statement::{Sql, Value};

/// The units lock what they decide by, and gaps need no locks.
const MYSQL_ISOLATION: &str = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
/// A text that is too long is an error, never cut; nobody waits long for a lock.
const MYSQL_SESSION: &str = "SET SESSION innodb_lock_wait_timeout = 5, \
    SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')";

/// Seconds to wait for another program that migrates.
const LONGEST_MIGRATION: i64 = 3600;

impl<M, S> Engine<M, S> {
    /// Behind a SELECT whose rows the unit is going to change. `SQLite` has one writer, who needs no lock.
    pub(super) const fn row_lock(&self) -> &'static str {
        match self {
            Self::MySql(_) => " FOR UPDATE",
            Self::Sqlite(_) => "",
        }
    }

    /// Whether the schema's table of applied migrations exists.
    pub(super) const fn has_migrations_table(&self) -> &'static str {
        match self {
            Self::MySql(_) => {
                "SELECT COUNT(*) FROM information_schema.tables \
                 WHERE table_schema = DATABASE() AND table_name = '_sqlx_migrations'"
            }
            Self::Sqlite(_) => {
                "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'"
            }
        }
    }

    /// Pushes `(key, id) < (?, ?)` or its reverse, so that an index over both is walked from there: `SQLite`
    /// takes the row values, `MySQL` only the condition taken apart.
    pub(super) fn push_beyond(
        &self,
        sql: &mut Sql,
        key: &str,
        id: &str,
        less: bool,
        at: (i64, i64),
    ) {
        let than = if less { "<" } else { ">" };
        match self {
            Self::MySql(_) => {
                sql.push(&format!(
                    "({key} {than} ? OR ({key} = ? AND {id} {than} ?))"
                ));
                sql.values
                    .extend([Value::Int(at.0), Value::Int(at.0), Value::Int(at.1)]);
            }
            Self::Sqlite(_) => {
                sql.push(&format!("({key}, {id}) {than} (?, ?)"));
                sql.values.extend([Value::Int(at.0), Value::Int(at.1)]);
            }
        }
    }
}

/// Begins a transaction that writes. `SQLite` takes its write lock at once, as a reader's cannot be made one later.
pub(super) async fn begin(
    pool: &Pool,
) -> sqlx::Result<Engine<Transaction<'static, MySql>, Transaction<'static, Sqlite>>> {
    Ok(match pool {
        Engine::MySql(pool) => Engine::MySql(pool.begin().await?),
        Engine::Sqlite(pool) => Engine::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?),
    })
}

/// Brings a new `MySQL` connection into the state that the statements rely on.
pub(super) async fn prepare_mysql(connection: &mut MySqlConnection) -> sqlx::Result<()> {
    connection.execute(MYSQL_ISOLATION).await?;
    connection.execute(MYSQL_SESSION).await?;
    Ok(())
}

/// Ends reading statements that nobody can be waiting for any more. The engines name and count this differently.
pub(super) async fn limit_mysql_reads(
    connection: &mut MySqlConnection,
    longest: Duration,
) -> sqlx::Result<()> {
    let version: String = sqlx::query_scalar("SELECT VERSION()")
        .fetch_one(&mut *connection)
        .await?;
    let sql = if version.contains("MariaDB") {
        format!("SET SESSION max_statement_time = {}", longest.as_secs())
    } else {
        format!("SET SESSION max_execution_time = {}", longest.as_millis())
    };
    connection.execute(AssertSqlSafe(sql)).await?;
    Ok(())
}

/// Migrates while no other program does. The lock is our own: sqlx's asks for `GET_LOCK(…, -1)`, which `MariaDB` does
/// not wait for. It belongs to a connection of its own, and so ends with it, whatever happens.
pub(super) async fn migrate_mysql(
    pool: &MySqlPool,
    migrator: &Migrator,
) -> Result<(), MigrateError> {
    let mut lock = pool.acquire().await?.detach();
    let locked: Option<i64> = sqlx::query_scalar(
        "SELECT GET_LOCK(CONCAT('shotify:', LEFT(SHA2(DATABASE(), 256), 32)), ?)",
    )
    .bind(LONGEST_MIGRATION)
    .fetch_one(&mut lock)
    .await?;
    if locked != Some(1) {
        return Err(MigrateError::Execute(sqlx::Error::PoolTimedOut));
    }
    let mut unlocked = Migrator::with_migrations(migrator.iter().cloned().collect());
    unlocked.set_locking(false);
    unlocked.run(pool).await?;
    Ok(lock.close().await?)
}
