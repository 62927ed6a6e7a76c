//! Accounts and profiles.

use async_graphql::{Context, Object};

use crate::graphql::context::Resolver;
use crate::graphql::count;
use crate::graphql::error::ApiResult;
use crate::graphql::inputs::{NewUserInput, UpdateUserInput};
use crate::graphql::schema::Services;
use crate::graphql::types::User;

#[derive(Default)]
pub struct AccountMutations;

#[Object]
impl AccountMutations {
    /// Makes an account and mails a link that confirms its address; only then can one sign in.
    async fn register_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account.")] input: NewUserInput,
    ) -> async_graphql::Result<User> {
        let address = ctx.guest()?.address;
        let registration = input.parse(ctx)?;
        let user = ctx
            .get::<Services>()?
            .users
            .register(registration, address)
            .await
            .inspect(count::registered)
            .api()?;
        Ok(User::registered(user))
    }

    /// Confirms an address by the token of a mailed link.
    async fn validate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token in the link.")] validation_token: String,
    ) -> async_graphql::Result<bool> {
        ctx.guest()?;
        ctx.get::<Services>()?
            .users
            .confirm(&validation_token)
            .await
            .api()?;
        Ok(true)
    }

    /// Mails the confirmation link again. Always true, so that nobody learns which addresses have an account.
    async fn resend_validation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] email: String,
    ) -> async_graphql::Result<bool> {
        let address = ctx.guest()?.address;
        ctx.get::<Services>()?
            .users
            .resend_confirmation(&email, address)
            .await
            .api()?;
        Ok(true)
    }

    /// Changes the viewer's profile.
    async fn update_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateUserInput,
    ) -> async_graphql::Result<User> {
        let viewer = ctx.member().await?;
        let change = input.parse(ctx)?;
        let user = ctx
            .get::<Services>()?
            .users
            .update(&viewer, change)
            .await
            .api()?;
        Ok(User::new(user, viewer))
    }
}
