//! The two engines behind one face: every statement of the adapter goes through here and is counted.

use std::sync::Arc;

use sqlx::mysql::{MySql, MySqlPool, MySqlRow};
use sqlx::sqlite::{Sqlite, SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, FromRow, Transaction};

use super::dialect;
use super::error::fault;
use super::meter::Meter;
use super::statement::{Sql, Value};
use crate::ports::store::StoreResult;

/// Something of either engine.
#[derive(Debug, Clone)]
pub(super) enum Engine<M, S> {
    MySql(M),
    Sqlite(S),
}

pub(super) type Pool = Engine<MySqlPool, SqlitePool>;
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
    ($sql:expr, $row:ty, $executor:expr, $how:ident) => {
        prepared!(
            sqlx::query_as::<_, $row>(AssertSqlSafe($sql.text)),
            $sql.values
        )
        .$how($executor)
        .await
        .map_err(fault)
    };
}

macro_rules! execute {
    ($sql:expr, $executor:expr, $id:ident) => {{
        let done = prepared!(sqlx::query(AssertSqlSafe($sql.text)), $sql.values)
            .execute($executor)
            .await
            .map_err(fault)?;
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
        on!(&self.pool, pool => fetch!(sql, R, pool, fetch_all))
    }

    pub(super) async fn optional<R: Row>(&self, sql: Sql) -> StoreResult<Option<R>> {
        self.meter.count(&sql);
        on!(&self.pool, pool => fetch!(sql, R, pool, fetch_optional))
    }

    /// For statements that always have exactly one row, such as counts.
    pub(super) async fn one<R: Row>(&self, sql: Sql) -> StoreResult<R> {
        self.meter.count(&sql);
        on!(&self.pool, pool => fetch!(sql, R, pool, fetch_one))
    }

    pub(super) async fn run(&self, sql: Sql) -> StoreResult<Done> {
        self.meter.count(&sql);
        match &self.pool {
            Engine::MySql(pool) => execute!(sql, pool, last_insert_id),
            Engine::Sqlite(pool) => execute!(sql, pool, last_insert_rowid),
        }
    }

    pub(super) async fn begin(&self) -> StoreResult<Unit> {
        Ok(Unit {
            transaction: dialect::begin(&self.pool).await.map_err(fault)?,
            meter: Arc::clone(&self.meter),
        })
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
        on!(&mut self.transaction, tx => fetch!(sql, R, &mut **tx, fetch_all))
    }

    pub(super) async fn optional<R: Row>(&mut self, sql: Sql) -> StoreResult<Option<R>> {
        self.meter.count(&sql);
        on!(&mut self.transaction, tx => fetch!(sql, R, &mut **tx, fetch_optional))
    }

    pub(super) async fn one<R: Row>(&mut self, sql: Sql) -> StoreResult<R> {
        self.meter.count(&sql);
        on!(&mut self.transaction, tx => fetch!(sql, R, &mut **tx, fetch_one))
    }

    pub(super) async fn run(&mut self, sql: Sql) -> StoreResult<Done> {
        self.meter.count(&sql);
        match &mut self.transaction {
            Engine::MySql(tx) => execute!(sql, &mut **tx, last_insert_id),
            Engine::Sqlite(tx) => execute!(sql, &mut **tx, last_insert_rowid),
        }
    }

    pub(super) async fn end(self) -> StoreResult<()> {
        on!(self.transaction, tx => tx.commit().await.map_err(fault))
    }
}
