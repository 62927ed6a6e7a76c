//! Seeing what pictures show.

pub mod google;
