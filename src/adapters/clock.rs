//! The time of the machine.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::timestamp::Timestamp;
use crate::ports::clock::Clock;

/// Tells the machine's time.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that time comes from"
        )]
        let now = SystemTime::now();
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}
