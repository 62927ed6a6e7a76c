//! On this machine, without a network: by a small model that is part of the program.
//!
//! [`model`] runs it, [`classes`] knows what its classes are called, [`labels`] chooses what to say of a picture,
//! [`thesaurus`] which words lead to it. What it can do is measured in `docs/vision.md`.

mod classes;
mod labeller;
mod labels;
mod model;
#[cfg(test)]
mod tests;
mod thesaurus;

pub use labeller::OnDeviceLabeller;
pub use labels::{KIND_LEAST, MOST_LABELS, NAME_LEAST, believed};
pub use model::{Model, Seen};
pub use thesaurus::ClassThesaurus;
