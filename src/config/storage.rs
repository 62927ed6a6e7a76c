//! - `DATABASE_URL` (`SQLite` in `DATA_DIR`): `sqlite://…` or `mysql://…`; production refuses `MySQL`'s user root.
//! - `DATABASE_READ_URL` (none): `MySQL` replicas for lists, one name for all of them, or several separated by commas.
//! - `REDIS_URL` (none: sessions in the database, limits and persisted queries in memory): `redis://` or `rediss://`;
//!   production demands a password.
//!
//! With `REPLICAS` over 1, production refuses `SQLite`, files and limits in memory.

use std::path::{Path, PathBuf};

use url::Url;

use super::environment::Environment;
use super::objects::Objects;
use super::reader::Reader;
use super::secret::Secret;

/// Where rows are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A file, made where there is none.
    Sqlite(PathBuf),
    /// A server.
    MySql {
        /// The primary.
        url: Secret,
        /// For lists; each may be one name of several servers.
        replicas: Vec<Secret>,
    },
}

/// Where sessions and rate limits are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sessions {
    /// Sessions in the database, rate limits and persisted queries in memory.
    Sql,
    /// All of them in Redis, sessions also in the database.
    Redis(Secret),
}

pub(super) fn read_database(
    reader: &mut Reader<'_>,
    environment: Environment,
    data_dir: &Path,
) -> Database {
    let default = data_dir.join("shotify.db");
    let url = reader.secret("DATABASE_URL", &format!("sqlite://{}", default.display()));
    let replicas = reader.secrets("DATABASE_READ_URL", "(none)");
    for replica in &replicas {
        check_mysql(reader, "DATABASE_READ_URL", replica, environment);
    }
    let Some(url) = url else {
        return without_replica(reader, default, !replicas.is_empty());
    };
    if let Some(path) = sqlite_path(url.reveal()) {
        return without_replica(reader, path, !replicas.is_empty());
    }
    check_mysql(reader, "DATABASE_URL", &url, environment);
    Database::MySql { url, replicas }
}

fn without_replica(reader: &mut Reader<'_>, path: PathBuf, replica: bool) -> Database {
    if replica {
        reader.refuse("DATABASE_READ_URL", "needs a mysql:// DATABASE_URL");
    }
    Database::Sqlite(path)
}

/// The file of `sqlite://FILE` or `sqlite:FILE`; parameters behind it are left out.
fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let path = rest.split('?').next().unwrap_or_default();
    let file = !path.is_empty() && path != ":memory:";
    file.then(|| PathBuf::from(path))
}

fn check_mysql(
    reader: &mut Reader<'_>,
    variable: &'static str,
    url: &Secret,
    environment: Environment,
) {
    let url = Url::parse(url.reveal()).ok().filter(|url| {
        let database = url.path().trim_matches('/');
        matches!(url.scheme(), "mysql" | "mariadb") && url.has_host() && !database.is_empty()
    });
    let Some(url) = url else {
        let expected = "must be sqlite://FILE or mysql://USER:PASSWORD@HOST:PORT/DATABASE";
        return reader.refuse(variable, expected);
    };
    if environment.is_production() && matches!(url.username(), "" | "root") {
        let message = "must name a database user of its own in production, not root";
        reader.refuse(variable, message);
    }
}

pub(super) fn read_sessions(reader: &mut Reader<'_>, environment: Environment) -> Sessions {
    let unset = "(sessions in the database, limits in memory)";
    let Some(text) = reader.secret("REDIS_URL", unset) else {
        return Sessions::Sql;
    };
    match Url::parse(text.reveal()) {
        Ok(url) if is_redis(&url) => {
            let open = url.password().is_none_or(str::is_empty);
            if environment.is_production() && open {
                reader.refuse("REDIS_URL", "must hold a password in production");
            }
        }
        _ => reader.refuse(
            "REDIS_URL",
            "must be redis://HOST or rediss://HOST, with nothing behind it but the number of a database",
        ),
    }
    Sessions::Redis(text)
}

/// Parameters of its client library are not for here: one of them switches the check of certificates off.
fn is_redis(url: &Url) -> bool {
    let database = url.path().trim_matches('/');
    matches!(url.scheme(), "redis" | "rediss")
        && url.has_host()
        && database.bytes().all(|byte| byte.is_ascii_digit())
        && url.query().is_none()
        && url.fragment().is_none()
}

/// Several servers share nothing that one of them keeps to itself. Development may try it anyway.
pub(super) fn check_replicas(
    reader: &mut Reader<'_>,
    replicas: u32,
    database: &Database,
    sessions: &Sessions,
    objects: &Objects,
    environment: Environment,
) {
    if replicas <= 1 || !environment.is_production() {
        return;
    }
    if matches!(database, Database::Sqlite(_)) {
        let message = "must be mysql://… with REPLICAS over 1, SQLite serves one server";
        reader.refuse("DATABASE_URL", message);
    }
    if matches!(sessions, Sessions::Sql) {
        let message = "must be set with REPLICAS over 1, limits in memory count for one server";
        reader.refuse("REDIS_URL", message);
    }
    if matches!(objects, Objects::Files(_)) {
        let message = "must be set with REPLICAS over 1, files are seen by one server";
        reader.refuse("GCS_BUCKET", message);
    }
}
