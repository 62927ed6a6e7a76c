//! The HTTP layer: transport, sessions, pages and media.

pub mod transport;
