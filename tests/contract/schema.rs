//! Migrations.

use shotify::adapters::sql::{SchemaState, SqlStore};
use shotify::ports::store::Store;
use sqlx::{AssertSqlSafe, Connection, MySqlConnection, SqliteConnection};

use crate::support::databases::{EmptyDatabase, config, sqlite_url};
use crate::support::{confirmed, mysql_url, race};

/// Runs SQL behind the store's back.
async fn meddle(url: &str, sql: &str) {
    let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        sql.execute(&mut connection).await.unwrap();
    } else {
        let mut connection = MySqlConnection::connect(url).await.unwrap();
        sql.execute(&mut connection).await.unwrap();
    }
}

async fn state(store: &SqlStore) -> SchemaState {
    store.schema_state().await.unwrap()
}

/// F4
async fn migrations_bring_an_empty_database_up_to_date(url: String) {
    let store = SqlStore::connect(&config(url.clone())).await.unwrap();
    assert_eq!(state(&store).await, SchemaState::Older);
    for _ in 0..2 {
        store.migrate().await.unwrap();
        assert_eq!(state(&store).await, SchemaState::Current);
    }
    confirmed(&store, "anna").await;
    let row = "(99999999, 'later', TRUE, 'x', 0)";
    let columns = "version, description, success, checksum, execution_time";
    meddle(
        &url,
        &format!("INSERT INTO _sqlx_migrations ({columns}) VALUES {row}"),
    )
    .await;
    assert_eq!(state(&store).await, SchemaState::Newer);
    meddle(
        &url,
        "UPDATE _sqlx_migrations SET checksum = 'x' WHERE version = 1",
    )
    .await;
    assert!(store.schema_state().await.is_err());
    store.close().await;
}

/// F4
async fn of_racing_programs_all_find_the_schema_complete(url: String) {
    let migrated = race(4, |_| {
        let config = config(url.clone());
        async move {
            let store = SqlStore::connect(&config).await.unwrap();
            let migrated = store.migrate().await;
            let state = store.schema_state().await;
            store.close().await;
            (migrated, state)
        }
    })
    .await;
    for (migrated, state) in migrated {
        migrated.unwrap();
        assert_eq!(state.unwrap(), SchemaState::Current);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_is_migrated() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    migrations_bring_an_empty_database_up_to_date(sqlite_url(&folders[0])).await;
    of_racing_programs_all_find_the_schema_complete(sqlite_url(&folders[1])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mysql_is_migrated() {
    let Some(server) = mysql_url() else { return };
    let database = EmptyDatabase::create(server.clone()).await;
    let url = database.url();
    let outcome = tokio::spawn(migrations_bring_an_empty_database_up_to_date(url)).await;
    database.drop().await;
    let race = EmptyDatabase::create(server).await;
    let url = race.url();
    let raced = tokio::spawn(of_racing_programs_all_find_the_schema_complete(url)).await;
    race.drop().await;
    outcome.unwrap();
    raced.unwrap();
}

#[tokio::test]
async fn a_url_that_cannot_be_read_is_not_repeated() {
    for url in ["mysql://user:geheim@[", "sqlite://x?mode=geheim", "geheim"] {
        let refused = SqlStore::connect(&config(url.into())).await.err().unwrap();
        assert!(!refused.to_string().contains("geheim"), "{refused}");
    }
}

/// What was acknowledged is in the file when another program opens it.
#[tokio::test]
async fn a_sqlite_file_is_made_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let open = async || {
        SqlStore::connect(&config(sqlite_url(&folder)))
            .await
            .unwrap()
    };
    let first = open().await;
    first.migrate().await.unwrap();
    let id = confirmed(&first, "anna").await;
    let second = open().await;
    assert_eq!(second.users().by_ids(&[id]).await.unwrap().len(), 1);
}
