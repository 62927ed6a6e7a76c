//! From the engines' errors to the port's. The text of a statement never goes along.

use sqlx::error::DatabaseError;
use sqlx::migrate::MigrateError;
use sqlx::mysql::MySqlDatabaseError;

use crate::ports::store::StoreError;

/// Unique indexes and what they keep apart: as `MySQL` names them, as `SQLite` describes them.
const CONFLICTS: [(&str, &str, &str); 5] = [
    ("users_username_key", "users.username_key", "username"),
    ("users_email_key", "users.email_key", "email"),
    ("sales_buyer_product", "sales.buyer_id", "sale"),
    ("sale_keys_buyer_key", "sale_keys.buyer_id", "key"),
    (
        "copy_notices_product_copier",
        "copy_notices.product_id",
        "notice",
    ),
];

const TOO_LONG: &str = "a statement took too long";

/// Whether a statement was ended because it took too long, which it would anywhere.
pub(super) fn took_too_long(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable(reason) if reason == TOO_LONG)
}

/// `MySQL`'s errors of a server that takes no writes: by its option, in a transaction.
const READ_ONLY: [u16; 3] = [1290, 1836, 1792];

/// What an engine's error means to services.
pub(super) fn fault(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(error) => match error.try_downcast_ref::<MySqlDatabaseError>() {
            Some(mysql) => mysql_fault(mysql.number(), mysql.message()),
            None => sqlite_fault(error.as_ref()),
        },
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Protocol(_) => StoreError::Unavailable(error.to_string()),
        other => StoreError::Failed(other.to_string()),
    }
}

/// Whether a server refuses to write, as one does that was the primary before.
pub(super) fn is_read_only(error: &sqlx::Error) -> bool {
    let error = error.as_database_error();
    let mysql = error.and_then(|error| error.try_downcast_ref::<MySqlDatabaseError>());
    mysql.is_some_and(|error| READ_ONLY.contains(&error.number()))
}

pub(super) fn migration_fault(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => fault(error),
        other => StoreError::Failed(other.to_string()),
    }
}

fn mysql_fault(number: u16, message: &str) -> StoreError {
    match number {
        // Deadlock, lock time-out, and MariaDB's "record has changed since last read".
        1213 | 1205 | 1020 => StoreError::Contention,
        1062 => conflict(message, |(index, _, _)| {
            let key = message.rsplit("for key ").next().unwrap_or_default();
            key.trim_matches('\'').rsplit('.').next() == Some(index)
        }),
        // Too many connections (of all, of this user), shutting down, read-only server, killed, offline mode.
        1040 | 1203 | 1226 | 1053 | 1290 | 1836 | 1792 | 1317 | 1927 | 3032 => {
            StoreError::Unavailable(format!("MySQL error {number}"))
        }
        // Statement timed out: MySQL, MariaDB.
        3024 | 1969 => StoreError::Unavailable(TOO_LONG.into()),
        _ => StoreError::Failed(format!("MySQL error {number}: {message}")),
    }
}

fn sqlite_fault(error: &dyn DatabaseError) -> StoreError {
    let code: i64 = error.code().and_then(|c| c.parse().ok()).unwrap_or(0);
    match code & 0xFF {
        5 | 6 => StoreError::Contention,
        // Read-only, I/O error, disk full, cannot open.
        8 | 10 | 13 | 14 => StoreError::Unavailable(format!("SQLite error {code}")),
        19 if error.is_unique_violation() => conflict(error.message(), |(_, column, _)| {
            let columns = error.message().rsplit(": ").next().unwrap_or_default();
            columns.split(", ").next() == Some(column)
        }),
        _ => StoreError::Failed(format!("SQLite error {code}: {}", error.message())),
    }
}

fn conflict(
    message: &str,
    hit: impl Fn((&'static str, &'static str, &'static str)) -> bool,
) -> StoreError {
    let found = CONFLICTS.into_iter().find(|known| hit(*known));
    found.map_or_else(
        || StoreError::Failed(format!("not unique: {message}")),
        |(_, _, name)| StoreError::Conflict(name),
    )
}

/// A column that does not read as what was written there.
pub(super) fn corrupt(
    table: &'static str,
    column: &'static str,
    row: impl std::fmt::Display,
) -> StoreError {
    StoreError::Corrupt {
        table,
        column,
        row: row.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// D4
    #[test]
    fn mysql_errors_are_told_apart() {
        assert!(matches!(mysql_fault(1213, ""), StoreError::Contention));
        assert!(matches!(mysql_fault(1205, ""), StoreError::Contention));
        for down in [1290, 1836, 1040, 3032] {
            assert!(matches!(mysql_fault(down, ""), StoreError::Unavailable(_)));
        }
        assert!(matches!(mysql_fault(1064, "x"), StoreError::Failed(_)));
    }

    #[test]
    fn a_conflict_is_named_by_its_index_whatever_the_value_says() {
        let named = |message: &str| match mysql_fault(1062, message) {
            StoreError::Conflict(name) => name,
            other => panic!("{other}"),
        };
        // MySQL, MariaDB
        let value = "Duplicate entry 'for key 'users_email_key'' for key ";
        assert_eq!(
            named(&format!("{value}'users.users_username_key'")),
            "username"
        );
        assert_eq!(named(&format!("{value}'users_username_key'")), "username");
        assert_eq!(
            named("Duplicate entry '1-2' for key 'sales_buyer_product'"),
            "sale"
        );
    }
}
