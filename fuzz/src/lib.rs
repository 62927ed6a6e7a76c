//! The targets of fuzzing, for the binaries in `fuzz_targets/`.

#[path = "../targets/mod.rs"]
mod targets;

pub use targets::*;
