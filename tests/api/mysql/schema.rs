//! Migrations are the only thing that makes a schema, however many programs start at once.

use std::process::{Child, Output, Stdio};

use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection};
use tempfile::TempDir;

use super::{on_mysql, run};
use crate::support::command;

/// Columns, indexes, constraints and the migrations that were applied, a line each.
async fn schema(url: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (what, from) in [
        (
            "table_name, ordinal_position, column_name, column_type, is_nullable, column_default, collation_name, extra",
            "information_schema.columns WHERE table_schema = DATABASE()",
        ),
        (
            "table_name, index_name, seq_in_index, column_name, sub_part, non_unique",
            "information_schema.statistics WHERE table_schema = DATABASE()",
        ),
        (
            "table_name, constraint_name, constraint_type",
            "information_schema.table_constraints WHERE table_schema = DATABASE()",
        ),
    ] {
        let line = format!("CAST(CONCAT_WS(' ', {what}) AS CHAR)");
        lines.extend(
            read(
                url,
                &format!("SELECT {line} AS line FROM {from} ORDER BY line"),
            )
            .await,
        );
    }
    if !lines.is_empty() {
        let applied = "CAST(CONCAT_WS(' ', version, HEX(checksum), success) AS CHAR)";
        let applied = format!("SELECT {applied} FROM _sqlx_migrations ORDER BY version");
        lines.extend(read(url, &applied).await);
    }
    lines
}

async fn read(url: &str, sql: &str) -> Vec<String> {
    let mut database = MySqlConnection::connect(url).await.unwrap();
    let query = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()));
    query.fetch_all(&mut database).await.unwrap()
}

/// Changes the database behind everybody's back.
async fn meddle(url: &str, sql: &str) {
    let mut database = MySqlConnection::connect(url).await.unwrap();
    let query = sqlx::query(AssertSqlSafe(sql.to_owned()));
    query.execute(&mut database).await.unwrap();
}

fn begin(data: &TempDir, url: &str, subcommand: &str) -> Child {
    let mut program = command(data, &[("DATABASE_URL", url)]);
    program.arg(subcommand);
    program.stdout(Stdio::piped()).stderr(Stdio::piped());
    program.spawn().unwrap()
}

/// A refusal that says what to do, and tells nothing of the URL.
#[track_caller]
fn assert_refused(output: &Output, sentence: &str) {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let told = said.lines().find(|line| line.starts_with("shotify: "));
    assert!(told.is_some_and(|line| line.contains(sentence)), "{said}");
    assert!(!said.contains("mysql://"), "{said}");
}

/// F4
#[tokio::test]
async fn five_that_migrate_at_once_make_one_schema() {
    let mut schemas = Vec::new();
    for programs in [1, 5] {
        on_mysql(async |url| {
            let data = TempDir::new().unwrap();
            let begun: Vec<Child> = (0..programs)
                .map(|_| begin(&data, url, "migrate"))
                .collect();
            for child in begun {
                let output = child.wait_with_output().unwrap();
                assert!(output.status.success(), "{output:?}");
            }
            let schema = schema(url).await;
            assert!(schema.len() > 50, "{schema:?}");
            schemas.push(schema);
        })
        .await;
    }
    if let [one, five] = &schemas[..] {
        assert_eq!(one, five);
    }
}

/// F4
#[tokio::test]
async fn what_serves_or_works_never_makes_a_schema() {
    on_mysql(async |url| {
        let data = TempDir::new().unwrap();
        for subcommand in ["serve", "worker", "check-config"] {
            assert_refused(&run(&data, url, subcommand), "run `shotify migrate` first");
        }
        assert!(schema(url).await.is_empty());
    })
    .await;
}

/// F4
#[tokio::test]
async fn an_older_and_a_newer_schema_are_refused() {
    on_mysql(async |url| {
        let data = TempDir::new().unwrap();
        assert!(run(&data, url, "migrate").status.success());
        let before = schema(url).await;
        meddle(
            url,
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (99999999, 'later', TRUE, 'x', 0)",
        )
        .await;
        for subcommand in ["serve", "worker", "check-config"] {
            assert_refused(&run(&data, url, subcommand), "newer than this program");
        }
        meddle(url, "DELETE FROM _sqlx_migrations WHERE version = 99999999").await;
        assert_eq!(schema(url).await, before, "nothing was changed");
        assert!(run(&data, url, "check-config").status.success());
        meddle(
            url,
            "DELETE FROM _sqlx_migrations ORDER BY version DESC LIMIT 1",
        )
        .await;
        for subcommand in ["serve", "worker", "check-config"] {
            assert_refused(&run(&data, url, subcommand), "run `shotify migrate` first");
        }
    })
    .await;
}
