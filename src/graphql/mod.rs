//! The GraphQL schema: resolvers parse, call one service method, and map the answer. No rule lives here.

pub mod codes;
pub mod context;
pub mod guard;
