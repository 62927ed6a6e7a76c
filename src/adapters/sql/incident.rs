//! A server is the primary no more: connections made before are good for nothing, and the same name may lead to another
//! server by now.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::error;
use crate::ports::store::StoreError;

/// How long the same trouble is taken for one incident: connections are made anew once, not at each mention.
const SAME: Duration = Duration::from_secs(5);

/// The latest incident of one server, shared by its pools.
#[derive(Debug, Default)]
pub(super) struct Incident {
    at: Mutex<Option<Instant>>,
}

impl Incident {
    /// What an engine's error means. One that says that its server only reads is an incident.
    pub fn fault(&self, error: sqlx::Error) -> StoreError {
        if error::is_read_only(&error) {
            self.note();
        }
        error::fault(error)
    }

    /// It happened, now.
    pub fn note(&self) {
        let mut at = self.at();
        if at.is_none_or(|at| at.elapsed() > SAME) {
            *at = Some(Instant::now());
        }
    }

    /// Whether it happened since then.
    pub fn happened_since(&self, made: Instant) -> bool {
        self.at().is_some_and(|at| at >= made)
    }

    fn at(&self) -> MutexGuard<'_, Option<Instant>> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// D4
    #[test]
    fn connections_older_than_an_incident_are_not_trusted() {
        let incident = Incident::default();
        let made = Instant::now();
        assert!(!incident.happened_since(made));
        incident.note();
        assert!(incident.happened_since(made));
        let made_after = Instant::now() + Duration::from_nanos(1);
        incident.note();
        assert!(!incident.happened_since(made_after), "the same one");
    }
}
