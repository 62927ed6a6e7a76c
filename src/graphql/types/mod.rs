//! Objects of the schema.

mod connection;
mod enums;
mod image;
mod sale;
mod time;
mod user;

pub(super) use connection::{ImageConnection, SaleConnection};
pub(super) use enums::{ImageFormat, ImageOrder, Role};
pub(super) use image::{Image, LabelCount, SimilarImage};
pub(super) use sale::Sale;
pub(super) use time::Time;
pub(super) use user::User;
