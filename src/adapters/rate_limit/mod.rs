//! Sliding-window limiters.

mod measured;
pub mod memory;
pub mod redis;

pub use measured::MeasuredLimiter;
