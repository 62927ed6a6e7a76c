//! Black-box tests: a spawned server, spoken to over HTTP as its users do.

#[path = "../fixtures/corpus.rs"]
#[expect(dead_code, reason = "shared with the studio's own tests")]
mod corpus;
mod support;

mod access;
mod accounts;
mod documents;
mod har;
mod journey;
mod paging;
mod sales;
mod search;
mod statements;
