//! The two engines behind one face: every statement of the adapter goes through here and is counted.

use std::sync::Arc;

use sqlx::mysql::{MySql, MySqlPool, MySqlRow};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{Sqlite, SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, FromRow, Transaction};

use super::dialect;
use super::meter::Meter;
use super::statement::{Sql, Value};
use crate::ports::store::{StoreError, StoreResult};

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
    ($meter:expr, $sql:expr, $row:ty, $executor:expr, $how:ident) => {
        prepared!(
            sqlx::query_as::<_, $row>(AssertSqlSafe($sql.text)),
            $sql.values
        )
        .$how($executor)
        .await
        .map_err(|error| $meter.fault(error))
    };
}

macro_rules! execute {
    ($meter:expr, $sql:expr, $executor:expr, $id:ident) => {{
        let done = prepared!(sqlx::query(AssertSqlSafe($sql.text)), $sql.values)
            .execute($executor)
            .await
            .map_err(|error| $meter.fault(error))?;
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
    meter: Arc<Meter>,
}

impl Database {
    pub(super) const fn new(pool: Pool, meter: Arc<Meter>) -> Self {
        Self { pool, meter }
    }

    pub(super) async fn all<R: Row>(&self, sql: Sql) -> StoreResult<Vec<R>> {
        self.meter.count(&sql);
        on!(&self.pool, pool => fetch!(self.meter, sql, R, pool, fetch_all))
    }

    pub(super) async fn optional<R: Row>(&self, sql: Sql) -> StoreResult<Option<R>> {
        self.meter.count(&sql);
        on!(&self.pool, pool => fetch!(self.meter, sql, R, pool, fetch_optional))
    }

    /// For statements that always have exactly one row, such as counts.
    pub(super) async fn one<R: Row>(&self, sql: Sql) -> StoreResult<R> {
        self.meter.count(&sql);
        on!(&self.pool, pool => fetch!(self.meter, sql, R, pool, fetch_one))
    }

    pub(super) async fn run(&self, sql: Sql) -> StoreResult<Done> {
        self.meter.count(&sql);
        match &self.pool {
            Engine::MySql(pool) => execute!(self.meter, sql, pool, last_insert_id),
            Engine::Sqlite(pool) => execute!(self.meter, sql, pool, last_insert_rowid),
        }
    }

    pub(super) async fn begin(&self) -> StoreResult<Unit> {
        Ok(Unit {
            transaction: dialect::begin(&self.pool)
                .await
                .map_err(|error| self.meter.fault(error))?,
            meter: Arc::clone(&self.meter),
        })
    }

    /// One connection for several statements.
    pub(super) async fn hold(&self) -> StoreResult<Held> {
        let taken = match &self.pool {
            Engine::MySql(pool) => pool.acquire().await.map(Engine::MySql),
            Engine::Sqlite(pool) => pool.acquire().await.map(Engine::Sqlite),
        };
        Ok(Held {
            connection: Some(taken.map_err(|error| self.meter.fault(error))?),
            busy: false,
            database: self.clone(),
        })
    }
}

/// A connection that is closed, not given back, when it is dropped in the middle of a statement: the pool would wait for
/// the answer of a server that may never come.
#[derive(Debug)]
pub(super) struct Held {
    connection: Option<Connections>,
    busy: bool,
    database: Database,
}

impl Held {
    /// The pool that it is of.
    pub(super) const fn pool(&self) -> &Pool {
        &self.database.pool
    }

    pub(super) async fn all<R: Row>(&mut self, sql: Sql) -> StoreResult<Vec<R>> {
        let meter = &self.database.meter;
        meter.count(&sql);
        let Some(connection) = self.connection.as_mut() else {
            return Err(StoreError::Unavailable(
                "the connection is given back".into(),
            ));
        };
        self.busy = true;
        let rows = on!(connection, it => fetch!(meter, sql, R, &mut **it, fetch_all));
        self.busy = false;
        rows
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let (true, Some(connection)) = (self.busy, self.connection.take()) {
            on!(connection, it => drop(it.detach()));
        }
    }
}

/// An open transaction. Dropping it rolls back.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) transaction: Transactions,
    meter: Arc<Meter>,
}

impl Unit {
    pub(super) async fn all<R: Row>(&mut self, sql: Sql) -> StoreResult<Vec<R>> {
        self.meter.count(&sql);
        on!(&mut self.transaction, tx => fetch!(self.meter, sql, R, &mut **tx, fetch_all))
    }

    pub(super) async fn optional<R: Row>(&mut self, sql: Sql) -> StoreResult<Option<R>> {
        self.meter.count(&sql);
        on!(&mut self.transaction, tx => fetch!(self.meter, sql, R, &mut **tx, fetch_optional))
    }

    pub(super) async fn one<R: Row>(&mut self, sql: Sql) -> StoreResult<R> {
        self.meter.count(&sql);
        on!(&mut self.transaction, tx => fetch!(self.meter, sql, R, &mut **tx, fetch_one))
    }

    pub(super) async fn run(&mut self, sql: Sql) -> StoreResult<Done> {
        self.meter.count(&sql);
        match &mut self.transaction {
            Engine::MySql(tx) => execute!(self.meter, sql, &mut **tx, last_insert_id),
            Engine::Sqlite(tx) => execute!(self.meter, sql, &mut **tx, last_insert_rowid),
        }
    }

    pub(super) async fn end(self) -> StoreResult<()> {
        let meter = self.meter;
        on!(self.transaction, tx => tx.commit().await.map_err(|error| meter.fault(error)))
    }
}
