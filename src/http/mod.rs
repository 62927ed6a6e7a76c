//! The HTTP layer: transport, sessions, pages and media.

pub mod pages;
pub mod playground;
