//! Opening the database.

use std::path::Path;
use std::time::Duration;

use futures::future::join_all;

use super::AppError;
use crate::adapters::sql::{SchemaState, SqlConfig, SqlStore};
use crate::config::{Config, Database, Secret, secrets};
use crate::ports::store::Store as _;

/// Connections of each pool; lists and purchases of two thousand people fit into these.
const CONNECTIONS: u32 = 10;

/// Opens the database. The embedded one is brought up to date at once; a server's schema is `migrate`'s to make.
pub(super) async fn open_store(config: &Config) -> Result<SqlStore, AppError> {
    let replicas = replicas(config).iter();
    let settings = SqlConfig {
        replicas: replicas.map(|url| url.reveal().to_owned()).collect(),
        ..settings(config)?
    };
    let store = SqlStore::connect_for(&settings, config.limits.request_deadline).await?;
    if matches!(config.database, Database::Sqlite(_)) {
        store.migrate().await?;
    }
    check_schema(store.schema_state().await?)?;
    check_currency(&store, config).await?;
    Ok(store)
}

/// What a start would find, as a sentence. Makes no file and no table.
pub(super) async fn check(config: &Config) -> Result<&'static str, AppError> {
    let embedded = match &config.database {
        Database::Sqlite(path) => Some(path),
        Database::MySql { .. } => None,
    };
    if let Some(path) = embedded {
        let there = path.try_exists();
        if !there.map_err(|error| AppError::new("the database's file", error))? {
            return Ok("There is no database yet: the first start makes it.");
        }
    }
    let store = connect(config).await?;
    let state = store.schema_state().await?;
    let found = if embedded.is_some() && state == SchemaState::Older {
        Ok("The database answers; the next start brings its schema up to date.")
    } else {
        check_schema(state)?;
        let current = "The database answers and its schema is current.";
        check_currency(&store, config).await.map(|()| current)
    };
    store.close().await;
    found
}

fn check_schema(state: SchemaState) -> Result<(), AppError> {
    let sentence = match state {
        SchemaState::Current => return Ok(()),
        SchemaState::Older => {
            "the database's schema is older than this program: run `shotify migrate` first"
        }
        SchemaState::Newer => {
            "the database's schema is newer than this program: install a newer version"
        }
    };
    Err(AppError(sentence.into()))
}

async fn check_currency(store: &SqlStore, config: &Config) -> Result<(), AppError> {
    let currency = config.currency.as_str();
    match store.products().foreign_currency(currency).await? {
        None => Ok(()),
        Some(other) => Err(AppError(format!(
            "CURRENCY: is {currency}, but there are prices in {other}"
        ))),
    }
}

/// What is wrong with each replica that cannot serve, by its place in the list, or a sentence that all of them can; none
/// of them need be there for a start.
pub(super) async fn check_replicas(config: &Config) -> Result<Option<&'static str>, Vec<AppError>> {
    let replicas = replicas(config);
    let checks = replicas.iter().map(|url| check_replica(config, url));
    let mut faults = Vec::new();
    for (at, checked) in join_all(checks).await.into_iter().enumerate() {
        let which = format!("DATABASE_READ_URL, number {}", at + 1);
        faults.extend(checked.err().map(|error| AppError::new(&which, error)));
    }
    if faults.is_empty() {
        Ok((!replicas.is_empty()).then_some("The replicas answer."))
    } else {
        Err(faults)
    }
}

async fn check_replica(config: &Config, url: &Secret) -> Result<(), AppError> {
    let settings = SqlConfig {
        url: url.reveal().to_owned(),
        ..settings(config)?
    };
    let store = SqlStore::connect(&settings).await?;
    let state = store.schema_state().await;
    store.close().await;
    match state? {
        SchemaState::Current => Ok(()),
        _ => Err(AppError("its schema is not this program's".into())),
    }
}

/// Connects to the primary, for once.
pub(super) async fn connect(config: &Config) -> Result<SqlStore, AppError> {
    Ok(SqlStore::connect(&settings(config)?).await?)
}

/// Of the primary.
fn settings(config: &Config) -> Result<SqlConfig, AppError> {
    let url = match &config.database {
        Database::Sqlite(path) => sqlite_url(path)?,
        Database::MySql { url, .. } => url.reveal().to_owned(),
    };
    Ok(SqlConfig {
        url,
        read_connections: CONNECTIONS,
        write_connections: CONNECTIONS,
        acquire_timeout: Duration::from_secs(5),
        replicas: Vec::new(),
    })
}

fn replicas(config: &Config) -> &[Secret] {
    match &config.database {
        Database::Sqlite(_) => &[],
        Database::MySql { replicas, .. } => replicas,
    }
}

fn sqlite_url(path: &Path) -> Result<String, AppError> {
    if let Some(folder) = path.parent() {
        secrets::make_folder(folder)
            .map_err(|error| AppError::new("the database's folder", error))?;
    }
    let path = path
        .to_string_lossy()
        .replace('%', "%25")
        .replace('?', "%3F")
        .replace('#', "%23");
    Ok(format!("sqlite://{path}"))
}
