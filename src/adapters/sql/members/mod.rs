//! Members.

mod read;
mod row;
mod write;
