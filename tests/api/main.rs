//! Black-box tests: a spawned server, spoken to over HTTP as its users do.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../fixtures/corpus.rs"]
mod corpus;
#[path = "../fixtures/mysql.rs"]
mod mysql_database;
mod support;

mod access;
mod accounts;
mod command_line;
mod documents;
mod har;
mod http;
mod journey;
mod logs;
mod mail;
mod media;
mod mysql;
mod nulls;
mod objects;
mod paging;
mod sales;
mod search;
mod seeing;
mod sessions;
mod statements;
mod upload;
