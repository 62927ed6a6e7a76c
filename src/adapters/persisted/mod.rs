//! Documents that clients name by their hash.

pub mod memory;
pub mod redis;
