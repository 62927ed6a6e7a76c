//! Shotify: an image sharing and selling server.
//!
//! Layers, outermost first; each names only those behind its arrow (`tests/architecture.rs`):
//!
//! ```text
//! main, app  ->  http, graphql  ->  services  ->  ports  ->  domain
//!                                   adapters  ->  ports  ->  domain
//! ```
//!
//! [`observe`] has the metrics, for adapters, graphql, http and app; services count nothing.

pub mod adapters;
pub mod app;
pub mod config;
pub mod demo;
pub mod domain;
pub mod graphql;
pub mod http;
pub mod observe;
pub mod ports;
pub mod services;
pub mod telemetry;
