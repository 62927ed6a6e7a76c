//! Seeing what pictures show.

pub mod google;
mod measured;
pub mod on_device;

pub use measured::MeasuredLabeller;
