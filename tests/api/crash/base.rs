//! The database, looked into beside the server, on either engine.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, MySqlConnection};

/// Longer than an upload's note is kept in the journal, and than any lease.
const TWO_HOURS: &str = "7200000000";

/// Where the rows are.
#[derive(Clone)]
pub enum Base {
    Sqlite(PathBuf),
    MySql(String),
}

/// What a kill has left behind.
#[derive(Debug, Clone, Copy, Default)]
pub struct Left {
    /// Notes of objects that no row names.
    pub journal: usize,
    /// Jobs of the outbox that somebody has the lease of.
    pub leased: usize,
    /// All jobs of the outbox.
    pub outbox: usize,
}

impl Base {
    /// Rows of one text column.
    pub async fn rows(&self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        let rows = match self {
            Self::Sqlite(file) => {
                let options = SqliteConnectOptions::new().filename(file);
                let options = options.busy_timeout(Duration::from_secs(20));
                let mut base = options.connect().await.unwrap();
                let rows = sqlx::query_scalar(sql).fetch_all(&mut base).await;
                base.close().await.unwrap();
                rows
            }
            Self::MySql(url) => {
                let mut base = MySqlConnection::connect(url).await.unwrap();
                let rows = sqlx::query_scalar(sql).fetch_all(&mut base).await;
                base.close().await.unwrap();
                rows
            }
        };
        rows.unwrap()
    }

    /// Rows of several columns, none of which holds a `|`.
    pub async fn table<const N: usize>(&self, columns: [&str; N], from: &str) -> Vec<[String; N]> {
        let columns = columns.map(|column| format!("COALESCE({column}, '')"));
        let columns = columns.join(", ");
        let sql = format!("SELECT CAST(CONCAT_WS('|', {columns}) AS CHAR) AS line FROM {from}");
        let rows = self.rows(&sql).await.into_iter();
        rows.map(|row| {
            let cells: Vec<String> = row.split('|').map(str::to_owned).collect();
            cells.try_into().unwrap()
        })
        .collect()
    }

    pub async fn count(&self, from: &str) -> usize {
        let rows = self.table(["COUNT(*)"], from).await;
        rows[0][0].parse().unwrap()
    }

    /// Whether the server has made its tables yet.
    pub async fn has_tables(&self) -> bool {
        match self {
            Self::Sqlite(file) if !file.exists() => false,
            Self::Sqlite(_) => self.count("sqlite_master WHERE name = 'journal'").await == 1,
            Self::MySql(_) => true,
        }
    }

    pub async fn left(&self) -> Left {
        Left {
            journal: self.count("journal").await,
            leased: self.count("outbox WHERE owner IS NOT NULL").await,
            outbox: self.count("outbox").await,
        }
    }

    /// Makes what a dead server left look two hours older. The sweeper judges an upload's note by when it was written, a
    /// worker a job by when it is due and how long its lease holds: to both it is as if that time had passed.
    pub async fn two_hours_pass(&self) {
        for statement in [
            format!("UPDATE journal SET created = created - {TWO_HOURS}"),
            format!(
                "UPDATE outbox SET due = due - {TWO_HOURS}, lease_until = lease_until - {TWO_HOURS}"
            ),
        ] {
            self.rows(&statement).await;
        }
    }

    /// What the engine itself finds wrong, and rows that name what is not there.
    pub async fn broken(&self, whole: bool) -> Vec<String> {
        let mut found = Vec::new();
        if let Self::Sqlite(_) = self {
            let check = if whole {
                "integrity_check"
            } else {
                "quick_check"
            };
            let said = self.rows(&format!("PRAGMA {check}")).await;
            found.extend(said.into_iter().filter(|line| line != "ok"));
            let strays = "SELECT \"table\" || ' ' || rowid FROM pragma_foreign_key_check";
            found.extend(self.rows(strays).await);
        }
        for (table, column, of) in [
            ("product_labels", "product_id", "products"),
            ("search_words", "product_id", "products"),
            ("embeddings", "product_id", "products"),
            ("sales", "product_id", "products"),
            ("sales", "buyer_id", "users"),
            ("sales", "seller_id", "users"),
            ("sale_keys", "sale_id", "sales"),
            ("products", "owner_id", "users"),
            ("mail_tokens", "user_id", "users"),
        ] {
            let strays = format!("{table} WHERE {column} NOT IN (SELECT id FROM {of})");
            let count = self.count(&strays).await;
            if count > 0 {
                found.push(format!("{count} rows of {table} name no row of {of}"));
            }
        }
        found
    }

    /// Objects that rows name, with what names them.
    pub async fn named(&self) -> BTreeMap<String, String> {
        let mut named = BTreeMap::new();
        let keys = [
            "original_key",
            "thumbnail_key",
            "preview_key",
            "watermarked_key",
        ];
        for key in keys {
            for [id, key] in self.table(["id", key], "products").await {
                named.insert(key, format!("image {id}"));
            }
        }
        for [name, key] in self
            .table(["username", "avatar"], "users WHERE avatar IS NOT NULL")
            .await
        {
            named.insert(key, format!("avatar of {name}"));
        }
        named
    }
}
