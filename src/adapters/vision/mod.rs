//! Seeing what pictures show.

pub mod on_device;
