//! A database for each test, gone after it.

use std::time::Duration;

use shotify::adapters::sql::{SqlConfig, SqlStore};
use url::Url;

#[path = "../../fixtures/mysql.rs"]
mod mysql;
pub use mysql::EmptyDatabase;

pub fn mysql_url() -> Option<Url> {
    let url = std::env::var("TEST_MYSQL_URL").ok()?;
    Some(url.parse().expect("TEST_MYSQL_URL is a URL"))
}

pub fn config(url: String) -> SqlConfig {
    SqlConfig {
        url,
        read_connections: 4,
        write_connections: 8,
        acquire_timeout: Duration::from_secs(30),
        replicas: Vec::new(),
    }
}

/// A store on an empty schema.
async fn migrated(url: String) -> SqlStore {
    let store = SqlStore::connect(&config(url)).await.unwrap();
    store.migrate().await.unwrap();
    store
}

pub async fn on_sqlite<F: Future<Output = ()>>(body: impl FnOnce(SqlStore) -> F) {
    let folder = tempfile::tempdir().unwrap();
    let store = migrated(sqlite_url(&folder)).await;
    body(store.clone()).await;
    store.close().await;
}

pub fn sqlite_url(folder: &tempfile::TempDir) -> String {
    format!("sqlite://{}", folder.path().join("test.db").display())
}

pub async fn on_mysql<F>(body: impl FnOnce(SqlStore) -> F + Send + 'static)
where
    F: Future<Output = ()> + Send + 'static,
{
    let Some(server) = mysql_url() else {
        return;
    };
    let database = EmptyDatabase::create(server).await;
    let url = database.url();
    // A task of its own, so that the database goes also when something panics.
    let outcome = tokio::spawn(async move {
        let store = migrated(url).await;
        body(store.clone()).await;
        store.close().await;
    });
    let outcome = outcome.await;
    database.drop().await;
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic.into_panic());
    }
}
