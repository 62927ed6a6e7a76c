//! Sliding-window limiters.

pub mod memory;
