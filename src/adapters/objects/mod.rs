//! Where bytes are kept. All pass `tests/contract/objects.rs`.

mod files;

#[cfg(test)]
mod files_tests;

pub use files::FileObjects;
