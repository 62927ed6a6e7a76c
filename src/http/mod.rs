//! The web: transport, cookies, media and pages. It translates, nothing more.

pub mod pages;
pub mod playground;
pub mod transport;
