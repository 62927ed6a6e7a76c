//! The server, and the people who use it: a guest, a member, an owner, a buyer.

mod answer;
mod client;
mod mailbox;
mod server;
mod stock;
pub mod upload;

pub use answer::Answer;
pub use client::{Client, File};
pub use server::Server;

/// A password that is good enough.
pub const PASSWORD: &str = "correct horse battery staple";
/// Base of every link, as configured for all tests.
pub const PUBLIC_URL: &str = "http://shotify.test";
