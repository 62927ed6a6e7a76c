//! Where bytes are kept. All pass `tests/contract/objects.rs`.

mod files;
pub mod gcs;
mod incoming;
mod key;
mod measured;

#[cfg(test)]
mod files_tests;

pub use files::FileObjects;
pub use measured::MeasuredObjects;
