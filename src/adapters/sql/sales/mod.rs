//! Sales.

mod read;
mod row;
mod write;
