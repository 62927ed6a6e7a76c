//! The GraphQL layer: it translates between the API and the services, nothing more.

pub mod codes;
pub mod guard;
