//! The outside world behind the ports. An adapter knows ports and domain, nothing of services.

pub mod objects;
pub mod pictures;
pub mod sql;
