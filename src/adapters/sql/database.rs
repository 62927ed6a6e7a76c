//! The two engines behind one face: every statement of the adapter goes through here and is counted.

use std::sync::Arc;

use sqlx::mysql::{MySql, MySqlPool, MySqlRow};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{Sqlite, SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, FromRow, Transaction};

use super::dialect;
use super::probe::Probe;
use super::readers::Readers;
use super::statement::{Sql, Value};
use crate::ports::store::StoreResult;

/// Something of either engine.
#[derive(Debug, Clone)]
pub(super) enum Engine<M, S> {
    MySql(M),
    Sqlite(S),
}

pub(super) type Pool = Engine<MySqlPool, SqlitePool>;
type Connections = Engine<PoolConnection<MySql>, PoolConnection<Sqlite>>;
type Transactions = Engine<Transaction<'static, MySql>, Transaction<'static, Sqlite>>;

/// Runs one body on either engine.
macro_rules! on {
    ($of:expr, $it:ident => $body:expr) => {
        match $of {
            $crate::adapters::sql::database::Engine::MySql($it) => $body,
            $crate::adapters::sql::database::Engine::Sqlite($it) => $body,
        }
    };
}
#[cfg(test)]
pub(super) use on;

/// A row struct that reads from both engines.
pub(super) trait Row:
    for<'r> FromRow<'r, MySqlRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin
{
}

impl<T> Row for T where
    T: for<'r> FromRow<'r, MySqlRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin
{
}

/// What a write did.
#[derive(Debug, Clone, Copy)]
pub(super) struct Done {
    /// Rows that the condition met, changed or not (sqlx asks `MySQL` for these).
    pub(super) rows: u64,
    /// The id of the last inserted row.
    pub(super) id: i64,
}

macro_rules! prepared {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                Value::Null => query.bind(None::<i64>),
                Value::Int(number) => query.bind(number),
                Value::Text(text) => query.bind(text),
                Value::Bytes(bytes) => query.bind(bytes),
            };
        }
        query
    }};
}

macro_rules! fetch {
    ($probe:expr, $sql:expr, $row:ty, $executor:expr, $how:ident) => {
        prepared!(
            sqlx::query_as::<_, $row>(AssertSqlSafe($sql.text)),
            $sql.values
        )
        .$how($executor)
        .await
        .map_err(|error| $probe.fault(error))
    };
}

macro_rules! read {
    ($this:expr, $probe:expr, $sql:expr, $row:ty, $how:ident) => {
        match &$this.readers {
            None => on!(&$this.pool, pool => fetch!($probe, $sql, $row, pool, $how)),
            Some(readers) => {
                let fault = |error| $probe.fault(error);
                let mut reading = readers.take().await.map_err(fault)?;
                let connection = reading.connection().map_err(fault)?;
                let answer = fetch!($probe, $sql, $row, connection, $how);
                reading.done();
                answer
            }
        }
    };
}

macro_rules! execute {
    ($probe:expr, $sql:expr, $executor:expr, $id:ident) => {{
        let done = prepared!(sqlx::query(AssertSqlSafe($sql.text)), $sql.values)
            .execute($executor)
            .await
            .map_err(|error| $probe.fault(error))?;
        Ok(Done {
            rows: done.rows_affected(),
            id: i64::try_from(done.$id()).unwrap_or(0),
        })
    }};
}

/// A pool of connections.
#[derive(Debug, Clone)]
pub(super) struct Database {
    pub(super) pool: Pool,
    /// Where `SQLite` is read.
    readers: Option<Readers>,
    probe: Arc<Probe>,
}

impl Database {
    pub(super) fn new(pool: Pool, probe: Probe) -> Self {
        Self {
            pool,
            readers: None,
            probe: Arc::new(probe),
        }
    }

    /// The same for statements that only read: on `SQLite` they end when nobody waits for them any more. `MySQL` ends them
    /// itself, in time ([`super::connect::Purpose::longest_statement`]).
    pub(super) fn for_reading(pool: Pool, probe: Probe) -> Self {
        let readers = match &pool {
            Engine::Sqlite(pool) => Some(Readers::of(pool)),
            Engine::MySql(_) => None,
        };
        Self {
            readers,
            ..Self::new(pool, probe)
        }
    }

    pub(super) async fn all<R: Row>(&self, sql: Sql) -> StoreResult<Vec<R>> {
        let (probe, watch) = (&self.probe, self.probe.statement(&sql));
        let rows = async { read!(self, probe, sql, R, fetch_all) };
        watch.over(rows).await
    }

    pub(super) async fn optional<R: Row>(&self, sql: Sql) -> StoreResult<Option<R>> {
        let (probe, watch) = (&self.probe, self.probe.statement(&sql));
        let row = async { read!(self, probe, sql, R, fetch_optional) };
        watch.over(row).await
    }

    /// For statements that always have exactly one row, such as counts.
    pub(super) async fn one<R: Row>(&self, sql: Sql) -> StoreResult<R> {
        let (probe, watch) = (&self.probe, self.probe.statement(&sql));
        let row = async { read!(self, probe, sql, R, fetch_one) };
        watch.over(row).await
    }

    pub(super) async fn run(&self, sql: Sql) -> StoreResult<Done> {
        let (probe, watch) = (&self.probe, self.probe.statement(&sql));
        let done = async {
            match &self.pool {
                Engine::MySql(pool) => execute!(probe, sql, pool, last_insert_id),
                Engine::Sqlite(pool) => execute!(probe, sql, pool, last_insert_rowid),
            }
        };
        watch.over(done).await
    }

    pub(super) async fn begin(&self) -> StoreResult<Unit> {
        let begun = async {
            let begun = dialect::begin(&self.pool).await;
            begun.map_err(|error| self.probe.fault(error))
        };
        Ok(Unit {
            transaction: self.probe.boundary("BEGIN").over(begun).await?,
            probe: Arc::clone(&self.probe),
        })
    }

    /// Closes all connections; what is open is waited for.
    pub(super) async fn close(&self) {
        if let Some(readers) = &self.readers {
            readers.close();
        }
        on!(&self.pool, pool => pool.close().await);
    }

    /// Whether all connections are in use, so that waiting for one tells nothing of the server.
    pub(super) fn is_full(&self) -> bool {
        let now = self.connections();
        now.idle == 0 && now.open >= now.most
    }

    /// How many connections there are.
    pub(super) fn connections(&self) -> Connected {
        let kept = self.readers.as_ref().map_or(0, Readers::idle);
        on!(&self.pool, pool => Connected {
            idle: u32::try_from(pool.num_idle() + kept).unwrap_or(u32::MAX),
            open: pool.size(),
            most: pool.options().get_max_connections(),
        })
    }

    /// One connection for several statements.
    pub(super) async fn hold(&self) -> StoreResult<Held> {
        let taken = match &self.pool {
            Engine::MySql(pool) => pool.acquire().await.map(Engine::MySql),
            Engine::Sqlite(pool) => pool.acquire().await.map(Engine::Sqlite),
        };
        Ok(Held {
            connection: taken.map_err(|error| self.probe.fault(error))?,
            database: self.clone(),
        })
    }
}

/// Connections of a pool.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Connected {
    pub(super) idle: u32,
    /// Idle or not.
    pub(super) open: u32,
    pub(super) most: u32,
}

/// A connection for several statements.
#[derive(Debug)]
pub(super) struct Held {
    connection: Connections,
    database: Database,
}

impl Held {
    /// The pool that it is of.
    pub(super) const fn pool(&self) -> &Pool {
        &self.database.pool
    }

    pub(super) async fn all<R: Row>(&mut self, sql: Sql) -> StoreResult<Vec<R>> {
        let probe = &self.database.probe;
        let watch = probe.statement(&sql);
        let connection = &mut self.connection;
        let rows = async { on!(connection, it => fetch!(probe, sql, R, &mut **it, fetch_all)) };
        watch.over(rows).await
    }
}

/// An open transaction. Dropping it rolls back.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) transaction: Transactions,
    probe: Arc<Probe>,
}

impl Unit {
    pub(super) async fn all<R: Row>(&mut self, sql: Sql) -> StoreResult<Vec<R>> {
        let (probe, watch) = (&self.probe, self.probe.statement(&sql));
        let of = &mut self.transaction;
        let rows = async { on!(of, tx => fetch!(probe, sql, R, &mut **tx, fetch_all)) };
        watch.over(rows).await
    }

    pub(super) async fn optional<R: Row>(&mut self, sql: Sql) -> StoreResult<Option<R>> {
        let (probe, watch) = (&self.probe, self.probe.statement(&sql));
        let of = &mut self.transaction;
        let row = async { on!(of, tx => fetch!(probe, sql, R, &mut **tx, fetch_optional)) };
        watch.over(row).await
    }

    pub(super) async fn one<R: Row>(&mut self, sql: Sql) -> StoreResult<R> {
        let (probe, watch) = (&self.probe, self.probe.statement(&sql));
        let of = &mut self.transaction;
        let row = async { on!(of, tx => fetch!(probe, sql, R, &mut **tx, fetch_one)) };
        watch.over(row).await
    }

    pub(super) async fn run(&mut self, sql: Sql) -> StoreResult<Done> {
        let (probe, watch) = (&self.probe, self.probe.statement(&sql));
        let of = &mut self.transaction;
        let done = async {
            match of {
                Engine::MySql(tx) => execute!(probe, sql, &mut **tx, last_insert_id),
                Engine::Sqlite(tx) => execute!(probe, sql, &mut **tx, last_insert_rowid),
            }
        };
        watch.over(done).await
    }

    pub(super) async fn end(self) -> StoreResult<()> {
        let probe = self.probe;
        let ended = async {
            on!(self.transaction, tx => tx.commit().await.map_err(|error| probe.fault(error)))
        };
        probe.boundary("COMMIT").over(ended).await
    }
}
