//! The outside world behind the ports: each module implements one, and knows nothing of services.

pub mod chance;
pub mod clock;
pub mod google;
pub mod keys;
pub mod mail;
pub mod objects;
pub mod otlp;
pub mod outbox;
pub mod passwords;
pub mod persisted;
pub mod pictures;
pub mod process;
pub mod rate_limit;
pub mod redis;
pub mod sessions;
pub mod sql;
pub mod vectors;
pub mod vision;
mod web;
