//! What people do.

mod accounts;
mod buying;
mod changing;
mod uploading;

pub use buying::{BUY, cents, sale};
