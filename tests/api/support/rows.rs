//! A look into the server's database file, beside the running server.

use std::time::{Duration, Instant};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _};

use super::Server;

/// Everything that requests can change. When a session was last used is no such thing.
const TABLES: [(&str, &str); 9] = [
    ("users", ""),
    ("sessions", "used last_used"),
    ("mail_tokens", ""),
    ("products", ""),
    ("product_labels", ""),
    ("search_words", ""),
    ("sales", ""),
    ("outbox", ""),
    ("journal", ""),
];

impl Server {
    async fn database(&self) -> sqlx::SqliteConnection {
        let file = self.data.path().join("shotify.db");
        let options = SqliteConnectOptions::new().filename(file);
        let options = options.busy_timeout(Duration::from_secs(10));
        options.connect().await.unwrap()
    }

    /// The one text column of what a statement finds.
    pub async fn rows(&self, sql: &str) -> Vec<String> {
        let mut database = self.database().await;
        let query = sqlx::query_scalar(AssertSqlSafe(sql));
        query.fetch_all(&mut database).await.unwrap()
    }

    /// Changes the database behind the server's back.
    pub async fn tamper(&self, sql: &str) {
        let mut database = self.database().await;
        let query = sqlx::query(AssertSqlSafe(sql));
        query.execute(&mut database).await.unwrap();
    }

    /// All rows that requests can change, as texts.
    pub async fn snapshot(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (table, ignored) in TABLES {
            let columns = format!("SELECT name FROM pragma_table_info('{table}')");
            let columns = self.rows(&columns).await.into_iter();
            let quoted: Vec<String> = columns
                .filter(|name| !ignored.split(' ').any(|other| other == name))
                .map(|name| format!("quote({name})"))
                .collect();
            let row = quoted.join(" || ',' || ");
            let rows = format!("SELECT '{table}: ' || {row} AS line FROM {table} ORDER BY line");
            all.extend(self.rows(&rows).await);
        }
        all
    }

    /// Waits until the outbox is worked off: all mails that will ever come have come.
    pub async fn wait_for_outbox(&self) {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let left = self.rows("SELECT payload FROM outbox").await;
            if left.is_empty() {
                return;
            }
            assert!(Instant::now() < end, "the outbox still holds {left:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
