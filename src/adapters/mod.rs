//! The ports over real things: databases, files, hashes, clocks. Adapters know nothing of services.

pub mod objects;
