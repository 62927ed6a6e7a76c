//! The two engines behind one face: every statement of the adapter goes through here and is counted.

use std::sync::Arc;

use sqlx::mysql::{MySql, MySqlPool, MySqlRow};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{Sqlite, SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, FromRow, Transaction};

use super::dialect;
use super::incident::Incident;
use super::meter::Meter;
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
    ($incident:expr, $sql:expr, $row:ty, $executor:expr, $how:ident) => {
        prepared!(
            sqlx::query_as::<_, $row>(AssertSqlSafe($sql.text)),
            $sql.values
        )
        .$how($executor)
        .await
        .map_err(|error| $incident.fault(error))
    };
}

macro_rules! read {
    ($this:expr, $sql:expr, $row:ty, $how:ident) => {
        match &$this.readers {
            None => on!(&$this.pool, pool => fetch!($this.incident, $sql, $row, pool, $how)),
            Some(readers) => {
                let fault = |error| $this.incident.fault(error);
                let mut reading = readers.take().await.map_err(fault)?;
                let connection = reading.connection().map_err(fault)?;
                let answer = fetch!($this.incident, $sql, $row, connection, $how);
                reading.done();
                answer
            }
        }
    };
}

macro_rules! execute {
    ($incident:expr, $sql:expr, $executor:expr, $id:ident) => {{
        let done = prepared!(sqlx::query(AssertSqlSafe($sql.text)), $sql.values)
            .execute($executor)
            .await
            .map_err(|error| $incident.fault(error))?;
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
    meter: Arc<Meter>,
    incident: Arc<Incident>,
}

impl Database {
    pub(super) const fn new(pool: Pool, meter: Arc<Meter>, incident: Arc<Incident>) -> Self {
        Self {
            pool,
            readers: None,
            meter,
            incident,
        }
    }

    /// The same for statements that only read: on `SQLite` they end when nobody waits for them any more. `MySQL` ends them
    /// itself, in time ([`super::connect::Purpose::longest_statement`]).
    pub(super) fn for_reading(pool: Pool, meter: Arc<Meter>, incident: Arc<Incident>) -> Self {
        let readers = match &pool {
            Engine::Sqlite(pool) => Some(Readers::of(pool)),
            Engine::MySql(_) => None,
        };
        Self {
            readers,
            ..Self::new(pool, meter, incident)
        }
    }

    pub(super) async fn all<R: Row>(&self, sql: Sql) -> StoreResult<Vec<R>> {
        self.meter.count(&sql);
        read!(self, sql, R, fetch_all)
    }

    pub(super) async fn optional<R: Row>(&self, sql: Sql) -> StoreResult<Option<R>> {
        self.meter.count(&sql);
        read!(self, sql, R, fetch_optional)
    }

    /// For statements that always have exactly one row, such as counts.
    pub(super) async fn one<R: Row>(&self, sql: Sql) -> StoreResult<R> {
        self.meter.count(&sql);
        read!(self, sql, R, fetch_one)
    }

    pub(super) async fn run(&self, sql: Sql) -> StoreResult<Done> {
        self.meter.count(&sql);
        match &self.pool {
            Engine::MySql(pool) => execute!(self.incident, sql, pool, last_insert_id),
            Engine::Sqlite(pool) => execute!(self.incident, sql, pool, last_insert_rowid),
        }
    }

    pub(super) async fn begin(&self) -> StoreResult<Unit> {
        Ok(Unit {
            transaction: dialect::begin(&self.pool)
                .await
                .map_err(|error| self.incident.fault(error))?,
            meter: Arc::clone(&self.meter),
            incident: Arc::clone(&self.incident),
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
        on!(&self.pool, pool => {
            pool.num_idle() == 0 && pool.size() >= pool.options().get_max_connections()
        })
    }

    /// One connection for several statements.
    pub(super) async fn hold(&self) -> StoreResult<Held> {
        let taken = match &self.pool {
            Engine::MySql(pool) => pool.acquire().await.map(Engine::MySql),
            Engine::Sqlite(pool) => pool.acquire().await.map(Engine::Sqlite),
        };
        Ok(Held {
            connection: taken.map_err(|error| self.incident.fault(error))?,
            database: self.clone(),
        })
    }
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
        self.database.meter.count(&sql);
        let incident = &self.database.incident;
        on!(&mut self.connection, it => fetch!(incident, sql, R, &mut **it, fetch_all))
    }
}

/// An open transaction. Dropping it rolls back.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) transaction: Transactions,
    meter: Arc<Meter>,
    incident: Arc<Incident>,
}

impl Unit {
    pub(super) async fn all<R: Row>(&mut self, sql: Sql) -> StoreResult<Vec<R>> {
        self.meter.count(&sql);
        on!(&mut self.transaction, tx => fetch!(self.incident, sql, R, &mut **tx, fetch_all))
    }

    pub(super) async fn optional<R: Row>(&mut self, sql: Sql) -> StoreResult<Option<R>> {
        self.meter.count(&sql);
        on!(&mut self.transaction, tx => fetch!(self.incident, sql, R, &mut **tx, fetch_optional))
    }

    pub(super) async fn one<R: Row>(&mut self, sql: Sql) -> StoreResult<R> {
        self.meter.count(&sql);
        on!(&mut self.transaction, tx => fetch!(self.incident, sql, R, &mut **tx, fetch_one))
    }

    pub(super) async fn run(&mut self, sql: Sql) -> StoreResult<Done> {
        self.meter.count(&sql);
        match &mut self.transaction {
            Engine::MySql(tx) => execute!(self.incident, sql, &mut **tx, last_insert_id),
            Engine::Sqlite(tx) => execute!(self.incident, sql, &mut **tx, last_insert_rowid),
        }
    }

    pub(super) async fn end(self) -> StoreResult<()> {
        let incident = self.incident;
        on!(self.transaction, tx => tx.commit().await.map_err(|error| incident.fault(error)))
    }
}
