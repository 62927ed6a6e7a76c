//! The server, and the people who use it: a guest, a member, an owner, a buyer.

mod account;
mod answer;
mod client;
mod mailbox;
mod raw;
mod rows;
mod server;
mod stock;
pub mod tls;
pub mod upload;

pub use answer::Answer;
pub use client::{Client, File};
pub use raw::Raw;
pub use server::{Server, command, files};

/// A password that is good enough.
pub const PASSWORD: &str = "correct horse battery staple";
/// Base of every link, as configured for all tests.
pub const PUBLIC_URL: &str = "http://shotify.test";
