//! Queries about members.

use async_graphql::{Context, Object};

use super::first;
use crate::domain::page;
use crate::graphql::context::{Caller, Cookie, Resolver};
use crate::graphql::error::{ApiResult, unauthenticated};
use crate::graphql::inputs::UserFilterInput;
use crate::graphql::schema::Services;
use crate::graphql::types::User;

#[derive(Default)]
pub struct UserQueries;

#[Object]
impl UserQueries {
    /// The signed-in user, or null when the request carries no session cookie.
    async fn me(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        if matches!(ctx.get::<Caller>()?.cookie, Cookie::Absent) {
            return Ok(None);
        }
        let viewer = ctx.member().await?;
        let user = ctx.get::<Services>()?.users.me(&viewer).await.api()?;
        let user = user.ok_or_else(unauthenticated)?;
        Ok(Some(User::new(user, viewer)))
    }

    /// Users by id, username (a prefix) or email (exact, the viewer's own only). Newest first.
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which users.")] input: Option<UserFilterInput>,
        #[graphql(
            name = "first",
            desc = "At most so many, 1 to 100.",
            default_with = "Some(50)"
        )]
        rows: Option<i32>,
    ) -> async_graphql::Result<Vec<User>> {
        let viewer = ctx.member().await?;
        let limit = page::size("first", first(rows, page::DEFAULT_SIZE)).api()?;
        let search = input.unwrap_or_default().into();
        let users = ctx
            .get::<Services>()?
            .users
            .list(&viewer, search, limit)
            .await
            .api()?;
        Ok(users
            .into_iter()
            .map(|user| User::new(user, viewer))
            .collect())
    }
}
