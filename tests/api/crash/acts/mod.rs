//! What people do.

mod accounts;
mod buying;
mod changing;
mod uploading;

pub use buying::{cents, sale};
