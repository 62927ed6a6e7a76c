//! The SQL store: `SQLite` for the embedded default, `MySQL` (or `MariaDB`) to scale out.
//!
//! Each statement is written once, as a [`statement::Sql`], and runs on either engine through [`database`], which
//! counts it; what differs is in [`dialect`], what an engine's error means in [`error`]. A repository is a file
//! pair: its reader on [`SqlStore`], its writer on the unit of work. To add a statement: write it in plain SQL with
//! `?`, bind every value, read it by a row struct, and run it in `tests/contract` on both engines.

mod connect;
mod database;
mod dialect;
mod embeddings;
mod error;
mod incident;
mod journal;
mod keyset;
mod mail_payload;
mod marks;
mod members;
mod meter;
mod mysql;
mod outbox;
#[cfg(test)]
mod plan_tests;
mod probe;
mod products;
mod readers;
mod replicas;
mod sales;
mod schema;
mod sessions;
mod statement;
mod tokens;
mod unit;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

pub use connect::SqlConfig;
pub use meter::in_background;
pub use schema::SchemaState;
pub use sessions::SqlSessions;

use crate::observe::table;
use crate::ports::embeddings::EmbeddingReader;
use crate::ports::products::ProductReader;
use crate::ports::sales::SaleReader;
use crate::ports::store::{Store, StoreResult, UnitOfWork};
use crate::ports::users::UserReader;
use database::{Connected, Database, Pool};
use incident::Incident;
use meter::Meter;
use probe::Probe;
use replicas::Replicas;
use statement::Sql;
use unit::SqlUnit;

/// How long the end waits for connections that are in use.
const PARTING: Duration = Duration::from_secs(2);

/// A database of either engine; cheap to clone. Readers and units of work have pools of their own, so that
/// neither starves the other.
#[derive(Debug, Clone)]
pub struct SqlStore {
    read: Database,
    write: Database,
    replicas: Option<Arc<Replicas>>,
    meter: Arc<Meter>,
}

impl SqlStore {
    /// Opens the database; a `SQLite` file is made when there is none. The schema is left as it is. Replicas need not
    /// answer yet.
    pub async fn connect(config: &SqlConfig) -> StoreResult<Self> {
        Self::connect_for(config, connect::LONGEST_READ).await
    }

    /// The same; statements that only read take no longer than `longest_read`, for which nobody waits.
    pub async fn connect_for(config: &SqlConfig, longest_read: Duration) -> StoreResult<Self> {
        let meter = Arc::new(Meter::default());
        let incident = Arc::new(Incident::default());
        let (read, write) = connect::pools(config, longest_read, &incident).await?;
        let probe = |pool: &Pool| Probe::new(pool, Probe::PRIMARY, &meter, &incident);
        let (of_read, of_write) = (probe(&read), probe(&write));
        let write = Database::new(write, of_write);
        Ok(Self {
            read: Database::for_reading(read, of_read),
            replicas: Replicas::open(config, &write, &meter)?,
            write,
            meter,
        })
    }

    /// Applies the migrations that are missing.
    pub async fn migrate(&self) -> StoreResult<()> {
        schema::migrate(&self.write).await
    }

    /// How the schema relates to this program.
    pub async fn schema_state(&self) -> StoreResult<SchemaState> {
        schema::state(&self.write).await
    }

    /// How many statements were sent since the start, without BEGIN and COMMIT.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.meter.statements()
    }

    /// Tells the metrics how many connections there are.
    pub fn measure(&self) {
        let primary = [&self.read, &self.write].map(Database::connections);
        told(Probe::PRIMARY, &primary);
        if let Some(replicas) = &self.replicas {
            told(Probe::REPLICA, &replicas.connections());
        }
    }

    /// The session store in this database.
    #[must_use]
    pub fn sessions(&self) -> SqlSessions {
        SqlSessions::new(self.clone())
    }

    /// Closes all connections; what is open is waited for, but not for long: a server may have fallen silent.
    pub async fn close(&self) {
        let replicas = async {
            if let Some(replicas) = &self.replicas {
                replicas.close().await;
            }
        };
        let closing = async { tokio::join!(self.read.close(), self.write.close(), replicas) };
        if tokio::time::timeout(PARTING, closing).await.is_err() {
            tracing::warn!("the database's connections could not be closed in order");
        }
    }
}

fn told(pool: &'static str, connections: &[Connected]) {
    let sum = |of: fn(&Connected) -> u32| connections.iter().map(of).sum::<u32>();
    let (idle, open) = (sum(|now| now.idle), sum(|now| now.open));
    let gauge = |state| table::SQL_CONNECTIONS.with([pool, state]);
    gauge("idle").set(idle);
    gauge("used").set(open.saturating_sub(idle));
    let most = sum(|now| now.most);
    table::SQL_CONNECTIONS_MAX.with([pool]).set(most);
}

#[async_trait]
impl Store for SqlStore {
    async fn begin(&self) -> StoreResult<Box<dyn UnitOfWork>> {
        Ok(Box::new(SqlUnit::new(self.write.begin().await?)))
    }

    fn users(&self) -> &dyn UserReader {
        self
    }

    fn products(&self) -> &dyn ProductReader {
        self
    }

    fn sales(&self) -> &dyn SaleReader {
        self
    }

    fn embeddings(&self) -> &dyn EmbeddingReader {
        self
    }

    async fn ping(&self) -> StoreResult<()> {
        let _: (i64,) = self.read.one(Sql::new("SELECT 1")).await?;
        Ok(())
    }
}
