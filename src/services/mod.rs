//! The use cases: every rule that is not a property of one value.
//!
//! A service is a trait (what `graphql` and `http` may ask) and a struct (how, over ports). Services do not
//! call each other: what two of them share is a port or a domain type, so that any of them can be lifted out
//! into a process of its own. To add an operation: an error enum beside the trait, a method, unit tests with
//! mocked ports, then the resolver.

pub mod auth;
pub mod copying;
mod current_password;
pub mod labelling;
pub mod limits;
mod mailed;
pub mod media;
pub mod outbox;
pub mod products;
pub mod retry;
pub mod sales;
pub mod similarity;
#[cfg(test)]
pub(crate) mod testing;
pub mod users;
mod words;
