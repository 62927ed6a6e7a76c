//! The schema, built from the services.

use std::sync::Arc;

use async_graphql::{EmptySubscription, Schema, SchemaBuilder};

use super::batches::Batching;
use super::completion::Completion;
use super::complexity::{AnswerLimit, AnswerLimits};
use super::mutation::Mutation;
use super::query::Query;
use crate::services::auth::AuthService;
use crate::services::media::MediaService;
use crate::services::products::ProductsService;
use crate::services::sales::SalesService;
use crate::services::users::UsersService;

/// The executable schema.
pub type ShotifySchema = Schema<Query, Mutation, EmptySubscription>;

/// What resolvers call.
#[derive(Clone)]
pub struct Services {
    /// Sessions and passwords.
    pub auth: Arc<dyn AuthService>,
    /// Accounts.
    pub users: Arc<dyn UsersService>,
    /// Images.
    pub products: Arc<dyn ProductsService>,
    /// Purchases.
    pub sales: Arc<dyn SalesService>,
    /// Links to the pictures.
    pub media: Arc<dyn MediaService>,
}

/// Builds the schema over services; no document may ask for more than the limits. The request's data must hold a [`super::context::Caller`].
#[must_use]
pub fn build(services: Services, limits: AnswerLimits) -> ShotifySchema {
    definition()
        .extension(Completion::of(&sdl()))
        .extension(AnswerLimit(limits))
        .extension(Batching(services.clone()))
        .data(services)
        .finish()
}

/// The schema in its definition language, as `shotify schema` prints it.
#[must_use]
pub fn sdl() -> String {
    definition().finish().sdl()
}

fn definition() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription).disable_suggestions()
}
