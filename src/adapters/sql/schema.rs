//! Migrations: the only source of the schema.

use std::collections::BTreeSet;

use sqlx::migrate::Migrator;

use super::connect::patiently;
use super::database::{Database, Engine};
use super::dialect;
use super::error::migration_fault;
use super::statement::Sql;
use crate::ports::store::{StoreError, StoreResult};

static MYSQL: Migrator = sqlx::migrate!("./migrations/mysql");
static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");

/// How the database's schema relates to this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    /// What this program needs.
    Current,
    /// Migrations are missing.
    Older,
    /// A later program has migrated it.
    Newer,
}

/// Applies what is missing. `SQLite` knows no lock that lasts for several transactions: of racing programs the
/// one that comes second fails at a table that exists, and finds everything done when it looks again.
pub(super) async fn migrate(database: &Database) -> StoreResult<()> {
    let done = match &database.pool {
        Engine::MySql(pool) => dialect::migrate_mysql(pool, &MYSQL).await,
        Engine::Sqlite(pool) => patiently(|| SQLITE.run(pool)).await,
    };
    done.map_err(migration_fault)
}

#[derive(sqlx::FromRow)]
struct Applied {
    version: i64,
    checksum: Vec<u8>,
    success: bool,
}

/// Compares what was applied with what this program brings.
pub(super) async fn state(database: &Database) -> StoreResult<SchemaState> {
    let (tables,): (i64,) = database
        .one(Sql::new(database.pool.has_migrations_table()))
        .await?;
    if tables == 0 {
        return Ok(SchemaState::Older);
    }
    let applied: Vec<Applied> = database
        .all(Sql::new(
            "SELECT version, checksum, success FROM _sqlx_migrations",
        ))
        .await?;
    let migrator = match &database.pool {
        Engine::MySql(_) => &MYSQL,
        Engine::Sqlite(_) => &SQLITE,
    };
    judge(migrator, &applied)
}

fn judge(migrator: &Migrator, applied: &[Applied]) -> StoreResult<SchemaState> {
    for row in applied {
        let known = migrator.iter().find(|m| m.version == row.version);
        let changed = known.is_some_and(|m| *m.checksum != *row.checksum);
        if changed || !row.success {
            return Err(StoreError::Failed(format!(
                "migration {} was applied in another form, or only in part",
                row.version
            )));
        }
    }
    let applied: BTreeSet<i64> = applied.iter().map(|row| row.version).collect();
    let known: BTreeSet<i64> = migrator.iter().map(|m| m.version).collect();
    Ok(if known.difference(&applied).next().is_some() {
        SchemaState::Older
    } else if applied.difference(&known).next().is_some() {
        SchemaState::Newer
    } else {
        SchemaState::Current
    })
}
