//! Implementations of the ports, one folder a port. They know nothing of services.

pub mod pictures;
