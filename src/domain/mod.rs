//! The words and rules of the marketplace as plain values.
//!
//! Nothing here does I/O, waits, or knows of the web or SQL. Raw input becomes one of these types once, at
//! the edge, by `parse`; whoever holds a value need not check it again. A new rule that concerns one value
//! belongs here; one that concerns several rows belongs to a service.

pub mod cursor;
pub mod email;
pub mod embedding;
pub mod id;
pub mod invalid;
pub mod label;
pub mod likeness;
pub mod mail;
pub mod money;
pub mod page;
pub mod password;
pub mod picture;
pub mod product;
pub mod sale;
pub mod search;
pub mod session;
pub mod text;
pub mod timestamp;
pub mod token;
pub mod user;
pub mod viewer;
pub mod words;
