//! What every service of Google's needs: who we are ([`token`]), one call over HTTP ([`call`]), and when it is made again
//! ([`retry`]).

pub(super) mod call;
mod retry;
mod token;

pub(super) use call::Web;
pub(super) use retry::Fault;
pub use retry::Pace;
pub use token::{TokenError, TokenSource};
pub(super) use token::{from_file, of_the_machine};
