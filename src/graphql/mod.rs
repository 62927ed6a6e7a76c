//! The GraphQL schema: resolvers parse, call one service method, and map the answer. No rule lives here.
//!
//! To add a field: a method in `types/`; a query or mutation: a method in `query/` or `mutation/` and a
//! line in `error.rs` for a new error. Then `cargo run -- schema > schema.graphql`.

mod batches;
pub mod codes;
mod completion;
mod complexity;
pub mod context;
pub mod count;
mod error;
pub mod guard;
mod inputs;
mod loaders;
#[expect(
    clippy::used_underscore_binding,
    clippy::doc_markdown,
    reason = "the macro passes on what a resolver ignores; comments are descriptions"
)]
mod mutation;
mod query;
mod schema;
#[expect(
    clippy::unused_async,
    clippy::doc_markdown,
    reason = "the macro wants async resolvers; comments are descriptions"
)]
mod types;

pub use complexity::AnswerLimits;
pub use schema::{Services, ShotifySchema, build, sdl};
