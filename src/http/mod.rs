//! The web: transport, cookies, media and pages. It translates, nothing more.

pub mod client_address;
pub mod executor;
mod forms;
mod headers;
pub mod health;
mod load;
mod log;
mod mailbox;
mod media;
pub mod metrics;
pub mod origin;
pub mod pages;
pub mod playground;
mod problem;
pub mod router;
pub mod server;
pub mod session;
pub mod transport;
pub mod visitor;
