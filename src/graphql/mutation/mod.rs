//! Mutations, by service.

mod accounts;
mod images;
mod sales;
mod sessions;

use async_graphql::MergedObject;

/// What can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(
    accounts::AccountMutations,
    sessions::SessionMutations,
    images::ImageMutations,
    sales::SaleMutations,
);
