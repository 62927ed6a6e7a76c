//! What every store must keep, whatever the engine: one body of tests for each port, run on `SQLite` always and on
//! `MySQL` or `MariaDB` when `TEST_MYSQL_URL` names a server whose user may create databases. Each test has a
//! database of its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod embeddings;
mod google_vision;
mod journal;
mod labellers;
mod mailers;
mod objects;
mod outbox;
mod product_lists;
mod product_model;
mod product_walks;
mod products;
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

/// The left-out half is named, so that nobody takes its silence for success.
#[test]
fn a_run_without_a_mysql_server_says_what_it_leaves_out() {
    if support::mysql_url().is_none() {
        println!("left out: every contract's `mysql` module, for TEST_MYSQL_URL is not set");
    }
}
