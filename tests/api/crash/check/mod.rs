//! What must hold: cheap things after each start, the whole when everything has come to rest.

mod mails;
mod objects;
mod people;
mod rows;

pub use mails::mails;
pub use objects::objects;
pub use people::people;
pub use rows::{all_rows, quick};
