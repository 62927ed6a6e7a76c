//! Tests of the whole studio.
mod look;
