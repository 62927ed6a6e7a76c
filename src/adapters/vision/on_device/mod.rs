//! On this machine, without a network: by a small model that is part of the program.

mod model;

pub use model::{Model, Seen};
