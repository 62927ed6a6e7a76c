//! Indexes of embeddings.

pub mod memory;
