//! Shotify: an image sharing and selling server.
//!
//! Layers, outermost first; each names only those behind its arrow (`tests/architecture.rs`):
//!
//! ```text
//! main, app  ->  http, graphql  ->  services  ->  ports  ->  domain
//!                                   adapters  ->  ports  ->  domain
//! ```

pub mod adapters;
pub mod app;
pub mod config;
pub mod demo;
pub mod domain;
pub mod graphql;
pub mod http;
pub mod ports;
pub mod services;
pub mod telemetry;
