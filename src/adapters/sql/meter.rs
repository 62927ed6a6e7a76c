//! Counts the statements of a store.

#[cfg(test)]
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::statement::Sql;
use crate::observe::table;

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
    #[cfg(test)]
    sent: Mutex<Vec<Sql>>,
}

impl Meter {
    #[cfg_attr(not(test), expect(unused_variables, reason = "kept in tests only"))]
    pub(super) fn count(&self, sql: &Sql) {
        self.statements.fetch_add(1, Ordering::Relaxed);
        table::SQL_STATEMENTS.with([whose()]).increment(1);
        #[cfg(test)]
        self.sent.lock().unwrap().push(sql.clone());
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
