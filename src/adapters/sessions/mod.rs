//! Sessions beside the database. Those in it alone are `adapters/sql/sessions.rs`.

pub mod redis;
