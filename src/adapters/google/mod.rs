//! What every service of Google's needs: where it is ([`place`]), who we are ([`token`]), one call over HTTP
//! ([`call`]), and when it is made again ([`retry`]).

pub(super) mod call;
pub(super) mod place;
mod retry;
mod token;

pub(super) use call::Web;
pub(super) use place::Place;
pub use retry::Pace;
pub(super) use retry::{Fault, asked, told};
pub use token::{TokenError, TokenSource};
pub(super) use token::{from_file, of_the_machine};
