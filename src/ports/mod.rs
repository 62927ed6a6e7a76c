//! What services need from the outside, as traits and nothing else.
//!
//! A port is small, says what implementations MUST and MUST NOT do, and lives in a file of its own.
//! Adapters implement ports; every adapter of a port passes the same contract tests (`tests/contract`).
//! To add one: write the trait here with `automock` above `async_trait`, an adapter below `adapters/`,
//! and choose it in `app.rs`.

pub mod chance;
pub mod clock;
pub mod embeddings;
pub mod journal;
pub mod keys;
pub mod letters;
pub mod mailer;
pub mod objects;
pub mod outbox;
pub mod passwords;
pub mod persisted;
pub mod pictures;
pub mod products;
pub mod rate_limit;
pub mod sales;
pub mod sessions;
pub mod store;
pub mod tokens;
pub mod traces;
pub mod users;
pub mod vectors;
pub mod vision;
