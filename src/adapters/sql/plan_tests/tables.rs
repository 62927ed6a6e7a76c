//! The tables whose statements are explained.

use sqlx::{AssertSqlSafe, raw_sql};

use super::super::SqlStore;
use super::super::database::Engine;

pub(super) async fn execute(store: &SqlStore, sql: &str) {
    let sql = raw_sql(AssertSqlSafe(sql.to_owned()));
    super::super::database::on!(&store.write.pool, pool => sql.execute(pool).await.map(|_| ()))
        .unwrap();
}

/// Writes 200 members, 4,000 products (one in ten hidden), 8,000 labels and words, 4,000 embeddings by
/// two models, 2,000 sales, 1,000 tasks.
pub(super) async fn fill(store: &SqlStore) {
    let numbers = |n: u32| {
        format!(
            "WITH RECURSIVE a(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM a WHERE i < 39), \
             b(j) AS (SELECT 0 UNION ALL SELECT j + 1 FROM b WHERE j < {}) ",
            n / 40 - 1
        )
    };
    let n = "(j * 40 + i)";
    let insert = |table: &str, rows: u32, select: &str| {
        let bytes = |n: usize| format!("X'{}'", "00".repeat(n));
        let select = select
            .replace('#', n)
            .replace("@16", &bytes(16))
            .replace("@32", &bytes(32));
        format!(
            "INSERT INTO {table} {} SELECT {select} FROM a, b",
            numbers(rows)
        )
    };
    let users = "1 + #, CONCAT('u', #), CONCAT('u', #), NULL, CONCAT(#, '@x'), NULL, NULL, '', 'USER', '', NULL, @16, 0";
    execute(store, &insert("users", 200, users)).await;
    let products = "1 + #, 1 + # % 200, 'T', '', # % 10 = 0, TRUE, FALSE, # % 1000, # % 100, # % 990, 'USD', \
        # * 10, 0, 1, 1, 'JPEG', 1, @16, 0, @32, '', '', '', '', NULL, FALSE, 1";
    execute(store, &insert("products", 4000, products)).await;
    for half in 0..2 {
        let labels = format!("1 + #, {half}, CONCAT('l', # % (20 + {half}), '-{half}')");
        execute(store, &insert("product_labels", 4000, &labels)).await;
        let words = format!("1 + #, {half}, CONCAT('w', # % (20 + {half}))");
        execute(store, &insert("search_words", 4000, &words)).await;
    }
    let sales = "1 + #, 1 + #, 1 + # % 150, 1 + (# + 1) % 150, #, 'T', 1, 1, 0, 'USD'";
    execute(store, &insert("sales", 2000, sales)).await;
    let embeddings = "1 + #, CONCAT('m', # % 10 > 0), #, @16";
    execute(store, &insert("embeddings", 4000, embeddings)).await;
    let outbox = "1 + #, 'delete_object', 'k', #, #, 0, NULL, 0, NULL, FALSE";
    execute(store, &insert("outbox", 1000, outbox)).await;
    let tables = "users, products, product_labels, search_words, embeddings, sales, outbox";
    if matches!(store.write.pool, Engine::MySql(_)) {
        execute(store, &format!("ANALYZE TABLE {tables}")).await;
    }
    store.meter.take_sent();
}
