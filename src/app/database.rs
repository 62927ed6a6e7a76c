//! Opening the database.

use std::path::Path;
use std::time::Duration;

use super::AppError;
use crate::adapters::sql::{SchemaState, SqlConfig, SqlStore};
use crate::config::{Config, Database};
use crate::ports::store::Store as _;

/// Connections of each pool; lists and purchases of two thousand people fit into these.
const CONNECTIONS: u32 = 10;
/// Opens the database. The embedded one is brought up to date at once; a server's schema is `migrate`'s to make.
pub(super) async fn open_store(config: &Config) -> Result<SqlStore, AppError> {
    let store = connect(config).await?;
    if matches!(config.database, Database::Sqlite(_)) {
        store.migrate().await?;
    }
    match store.schema_state().await? {
        SchemaState::Current => {}
        SchemaState::Older => {
            return Err(AppError(
                "the database's schema is older than this program: run `shotify migrate` first"
                    .into(),
            ));
        }
        SchemaState::Newer => {
            return Err(AppError(
                "the database's schema is newer than this program: install a newer version".into(),
            ));
        }
    }
    let currency = config.currency.as_str();
    match store.products().foreign_currency(currency).await? {
        None => Ok(store),
        Some(other) => Err(AppError(format!(
            "CURRENCY: is {currency}, but there are prices in {other}"
        ))),
    }
}

pub(super) async fn connect(config: &Config) -> Result<SqlStore, AppError> {
    let url = match &config.database {
        Database::Sqlite(path) => sqlite_url(path)?,
        Database::MySql { url, .. } => url.reveal().to_owned(),
    };
    let settings = SqlConfig {
        url,
        read_connections: CONNECTIONS,
        write_connections: CONNECTIONS,
        acquire_timeout: Duration::from_secs(5),
    };
    Ok(SqlStore::connect(&settings).await?)
}

fn sqlite_url(path: &Path) -> Result<String, AppError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| AppError::new("the database's folder", error))?;
    }
    let path = path
        .to_string_lossy()
        .replace('%', "%25")
        .replace('?', "%3F")
        .replace('#', "%23");
    Ok(format!("sqlite://{path}"))
}
