//! What every store must keep, whatever the engine: one body of tests for each port, run on `SQLite` always and on
//! `MySQL` or `MariaDB` when `TEST_MYSQL_URL` names a server whose user may create databases, and on Redis when
//! `TEST_REDIS_URL` names one. Each test has a database of its own, and keys of its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../fixtures/gcs/mod.rs"]
mod fake_gcs;

mod embeddings;
mod gcs;
mod google_vision;
mod journal;
mod labellers;
mod mailers;
mod objects;
mod outbox;
mod persisted;
mod product_lists;
mod product_model;
mod product_walks;
mod products;
mod rate_limits;
mod redis_sessions;
mod replicas;
mod sales;
mod schema;
mod sessions;
mod support;
mod tokens;
mod units;
mod user_lists;
mod users;
mod vectors;
mod word_search;

/// The left-out part is named, so that nobody takes its silence for success.
#[test]
fn a_run_without_servers_says_what_it_leaves_out() {
    if support::mysql_url().is_none() {
        println!("left out: every contract's `mysql` module, for TEST_MYSQL_URL is not set");
    }
    if support::redis_url().is_none() {
        println!("left out: every contract's `redis` module, for TEST_REDIS_URL is not set");
    }
}

#[test]
fn a_run_without_an_emulator_of_google_cloud_storage_says_what_it_leaves_out() {
    if std::env::var("TEST_GCS_URL").is_err() {
        println!("left out: `gcs::emulator`, for TEST_GCS_URL is not set");
    }
}
