//! Counts the statements of a store, and notices when its server is not the primary any more.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::error;
use super::statement::Sql;
use crate::ports::store::StoreError;

tokio::task_local! {
    static BACKGROUND: ();
}

/// Runs work that no request waits for; its statements are counted apart from those of requests.
pub async fn in_background<W: Future>(work: W) -> W::Output {
    BACKGROUND.scope((), work).await
}

/// For whom the task at hand sends statements.
fn whose() -> &'static str {
    match BACKGROUND.try_with(|()| ()) {
        Ok(()) => "background",
        Err(_) => "requests",
    }
}

/// Knows how many statements were sent; in unit tests also which.
#[derive(Debug, Default)]
pub(super) struct Meter {
    statements: AtomicU64,
    demoted: Mutex<Option<Instant>>,
    #[cfg(test)]
    sent: Mutex<Vec<Sql>>,
}

impl Meter {
    #[cfg_attr(not(test), expect(unused_variables, reason = "kept in tests only"))]
    pub(super) fn count(&self, sql: &Sql) {
        self.statements.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("sql_statements_total", "for" => whose()).increment(1);
        #[cfg(test)]
        self.sent.lock().unwrap().push(sql.clone());
    }

    /// What an engine's error means. One that says that its server only reads is remembered.
    pub(super) fn fault(&self, error: sqlx::Error) -> StoreError {
        if error::is_read_only(&error) {
            self.demote();
        }
        error::fault(error)
    }

    fn demote(&self) {
        *self.demotion() = Some(Instant::now());
    }

    /// Whether a server was found to be the primary no more since a connection of this age was made: the same name
    /// may lead to another by now.
    pub(super) fn demoted_since(&self, age: Duration) -> bool {
        self.demotion().is_some_and(|at| at.elapsed() <= age)
    }

    fn demotion(&self) -> MutexGuard<'_, Option<Instant>> {
        self.demoted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Takes what was sent since the last call.
    #[cfg(test)]
    pub(super) fn take_sent(&self) -> Vec<Sql> {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// D4
    #[test]
    fn connections_older_than_a_demotion_are_not_trusted() {
        let meter = Meter::default();
        let made = Instant::now();
        assert!(!meter.demoted_since(made.elapsed()));
        meter.demote();
        assert!(meter.demoted_since(made.elapsed()));
        assert!(!meter.demoted_since(Duration::ZERO), "made after it");
    }
}
