//! Seeing what pictures show.

pub mod google;
pub mod on_device;
