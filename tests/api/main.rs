//! Black-box tests: a spawned server, spoken to over HTTP as its users do.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../fixtures/corpus.rs"]
mod corpus;
#[expect(dead_code, reason = "the contract tests use the rest")]
#[path = "../fixtures/gcs/mod.rs"]
mod fake_gcs;
#[path = "../contract/google_vision/fake.rs"]
#[expect(dead_code, reason = "the contract tests use the rest")]
mod fake_vision;
#[path = "../fixtures/mysql.rs"]
mod mysql_database;
#[path = "../fixtures/redis.rs"]
mod redis_keys;
mod support;

mod access;
mod accounts;
mod audits;
mod command_line;
mod crash;
mod documents;
mod gcs;
mod har;
mod http;
mod journey;
mod logs;
mod mail;
mod media;
mod metrics;
mod mysql;
mod nulls;
mod objects;
mod overload;
mod paging;
mod redis;
mod sales;
mod search;
mod seeing;
mod sessions;
mod statements;
mod traces;
mod upload;
