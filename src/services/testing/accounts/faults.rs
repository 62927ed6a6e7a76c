//! Statements that fail when told, as they do in bad weather.

use super::Rows;
use crate::ports::store::{StoreError, StoreResult};

/// What happens at a statement.
pub enum Fault {
    /// It fails.
    Fails(StoreError),
    /// Of a commit: it lasts, but its answer is lost.
    AnswerLost,
    /// Another unit has just committed this; nothing fails. Seen by the unit only where it `begin`s.
    Meanwhile(Box<dyn FnOnce(&mut Rows) + Send>),
    /// Another unit has committed this meanwhile, and this one fails because of it.
    Overtaken(Box<dyn FnOnce(&mut Rows) + Send>, StoreError),
}

impl Fault {
    /// Another unit got in the way and committed `change`.
    pub fn contended(change: impl FnOnce(&mut Rows) + Send + 'static) -> Self {
        Self::Overtaken(Box::new(change), StoreError::Contention)
    }

    /// Another unit used up what is unique, and committed `change`.
    pub fn conflict(what: &'static str, change: impl FnOnce(&mut Rows) + Send + 'static) -> Self {
        Self::Overtaken(Box::new(change), StoreError::Conflict(what))
    }

    /// `own`: the rows as the failing unit sees them.
    pub(super) fn strike(self, committed: &mut Rows, own: &Rows) -> StoreResult<()> {
        match self {
            Self::Fails(error) => Err(error),
            Self::AnswerLost => {
                *committed = own.clone();
                Err(StoreError::Unavailable("the connection broke".into()))
            }
            Self::Meanwhile(change) => {
                change(committed);
                Ok(())
            }
            Self::Overtaken(change, error) => {
                change(committed);
                Err(error)
            }
        }
    }
}

struct Ordered {
    statement: &'static str,
    before: u32,
    fault: Fault,
}

/// The statements so far, and the faults to come.
#[derive(Default)]
pub(super) struct Trace {
    pub statements: Vec<&'static str>,
    faults: Vec<Ordered>,
}

impl Trace {
    pub fn order(&mut self, statement: &'static str, nth: u32, fault: Fault) {
        self.faults.push(Ordered {
            statement,
            before: nth - 1,
            fault,
        });
    }

    /// Notes a statement and answers with its fault, if it is due.
    pub fn note(&mut self, statement: &'static str) -> Option<Fault> {
        self.statements.push(statement);
        let mut due = None;
        for (at, ordered) in self.faults.iter_mut().enumerate() {
            if ordered.statement == statement {
                match ordered.before.checked_sub(1) {
                    Some(left) => ordered.before = left,
                    None => due = due.or(Some(at)),
                }
            }
        }
        due.map(|at| self.faults.remove(at).fault)
    }
}
