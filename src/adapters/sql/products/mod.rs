//! Products, their labels and the words under which they are found.

mod labels;
mod read;
mod row;
mod search;
mod write;

pub(super) use read::{count_statement, keys_statement};
