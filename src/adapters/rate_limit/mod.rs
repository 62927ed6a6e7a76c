//! Sliding-window limiters.

pub mod memory;
pub mod redis;
