//! Shotify: an image sharing and selling server with a GraphQL API.

pub mod http;

/// The git commit that this was built from, shortened; `unknown` outside a checkout.
pub const COMMIT: &str = env!("SHOTIFY_COMMIT");
