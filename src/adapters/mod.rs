//! The outside as it really is: each module implements one port, and knows nothing of services.

pub mod chance;
pub mod clock;
pub mod keys;
pub mod mail;

pub mod passwords;
pub mod rate_limit;
