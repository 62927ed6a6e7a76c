//! Queries, by service.

mod images;
mod sales;
mod users;

use async_graphql::MergedObject;

/// What can be asked.
#[derive(MergedObject, Default)]
pub struct Query(users::UserQueries, images::ImageQueries, sales::SaleQueries);

/// The `first` of a plain list.
fn first(given: Option<i32>, default: i64) -> i64 {
    given.map_or(default, i64::from)
}
