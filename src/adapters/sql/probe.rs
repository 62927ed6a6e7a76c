//! Looks at every statement of one pool: counts it, times it, and shows it in the trace that it is part of.

use std::sync::Arc;
use std::time::Instant;

use tracing::{Instrument as _, Span};

use super::database::{Engine, Pool};
use super::error::took_too_long;
use super::incident::Incident;
use super::meter::Meter;
use super::statement::Sql;
use crate::observe::{table, traces};
use crate::ports::store::{StoreError, StoreResult};

/// Bytes of a statement's text that a trace shows; only lists of ids are longer.
const LONGEST_TEXT: usize = 2048;

/// What belongs to one pool.
#[derive(Debug)]
pub(super) struct Probe {
    meter: Arc<Meter>,
    incident: Arc<Incident>,
    /// As metrics name it.
    pool: &'static str,
    /// As traces name it.
    system: &'static str,
}

impl Probe {
    pub const PRIMARY: &str = "primary";
    pub const REPLICA: &str = "replica";

    /// For a pool, which is [`Self::PRIMARY`] or [`Self::REPLICA`].
    pub fn new(
        of: &Pool,
        pool: &'static str,
        meter: &Arc<Meter>,
        incident: &Arc<Incident>,
    ) -> Self {
        Self {
            meter: Arc::clone(meter),
            incident: Arc::clone(incident),
            pool,
            system: match of {
                Engine::MySql(_) => "mysql",
                Engine::Sqlite(_) => "sqlite",
            },
        }
    }

    /// What an engine's error means; it is counted.
    pub fn fault(&self, error: sqlx::Error) -> StoreError {
        let fault = self.incident.fault(error);
        let labels = [self.pool, kind(&fault)];
        table::SQL_ERRORS.with(labels).increment(1);
        fault
    }

    /// A statement that is sent now. Its text has no values in it, and those bound to it are not looked at.
    pub fn statement(&self, sql: &Sql) -> Watch {
        self.meter.count(sql);
        let (system, text) = (self.system, &sql.text);
        let verb = verb(text);
        Watch {
            timed: Some(self.pool),
            span: traces::outside!(
                verb,
                db.system.name = system,
                db.operation.name = verb,
                db.query.text = shown(text),
            ),
        }
    }

    /// The begin or the end of a transaction, which is not counted among the statements.
    pub fn boundary(&self, verb: &'static str) -> Watch {
        let system = self.system;
        Watch {
            timed: None,
            span: traces::outside!(verb, db.system.name = system, db.operation.name = verb,),
        }
    }
}

/// One statement on its way.
pub(super) struct Watch {
    /// The pool under which its time is kept.
    timed: Option<&'static str>,
    span: Span,
}

impl Watch {
    /// Runs it.
    pub async fn over<T>(self, work: impl Future<Output = StoreResult<T>>) -> StoreResult<T> {
        let begun = Instant::now();
        let done = work.instrument(self.span.clone()).await;
        if let Some(pool) = self.timed {
            table::SQL_DURATION.with([pool]).record(begun.elapsed());
        }
        if let Err(fault) = &done {
            traces::failed(&self.span, kind(fault));
        }
        done
    }
}

fn kind(fault: &StoreError) -> &'static str {
    match fault {
        StoreError::Contention => "contention",
        StoreError::Conflict(_) => "conflict",
        slow if took_too_long(slow) => "timeout",
        StoreError::Unavailable(_) => "unavailable",
        StoreError::Corrupt { .. } | StoreError::Failed(_) => "failed",
    }
}

/// The statement's first word.
fn verb(text: &str) -> &'static str {
    const VERBS: [&str; 5] = ["SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE"];
    let begins = |verb: &&str| text.trim_start().starts_with(*verb);
    VERBS.into_iter().find(begins).unwrap_or("SQL")
}

fn shown(text: &str) -> &str {
    let end = (0..=LONGEST_TEXT.min(text.len())).rev();
    let end = end.into_iter().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_named_by_its_first_word() {
        assert_eq!(verb("SELECT 1"), "SELECT");
        assert_eq!(verb(" DELETE FROM x"), "DELETE");
        assert_eq!(verb("WITH x AS (SELECT 1) SELECT 2"), "SQL");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(shown("SELECT 1"), "SELECT 1");
        let long = format!("x{}", "ä".repeat(LONGEST_TEXT));
        assert_eq!(shown(&long).len(), LONGEST_TEXT - 1);
    }
}
