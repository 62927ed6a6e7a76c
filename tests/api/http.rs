//! HTTP from outside: headers, origins, pages, the end of the server, old clients.

mod cors;
pub mod ending;
mod headers;
mod links;
mod old_clients;
mod pages;
