//! Time as an argument.

use crate::domain::timestamp::Timestamp;

/// Tells the time. Services MUST ask it and nothing else.
#[cfg_attr(test, mockall::automock)]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}
