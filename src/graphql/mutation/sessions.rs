//! Signing in and out, and passwords.

use async_graphql::{Context, Object};

use crate::graphql::context::{Caller, Cookie, Resolver};
use crate::graphql::count;
use crate::graphql::error::{ApiResult, unauthenticated};
use crate::graphql::inputs::LoginInput;
use crate::graphql::schema::Services;

#[derive(Default)]
pub struct SessionMutations;

#[Object]
impl SessionMutations {
    /// Opens a session: the answer carries the session cookie and the header X-CSRF-Token.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: LoginInput,
    ) -> async_graphql::Result<bool> {
        let caller = ctx.guest()?;
        let auth = &ctx.get::<Services>()?.auth;
        let signed_in = auth.sign_in(&input.email, &input.password, caller.address);
        let signed_in = signed_in.await;
        count::sign_in(&signed_in);
        let session = signed_in.api()?;
        caller.sign_in(session);
        Ok(true)
    }

    /// Rotates the session of the cookie; needs no CSRF token, answers with a new one.
    async fn refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            name = "input",
            desc = "Without meaning; clients of the first Shotify send it."
        )]
        _input: Option<bool>,
    ) -> async_graphql::Result<bool> {
        let caller = ctx.guest()?;
        let Cookie::Tokens { refresh, .. } = &caller.cookie else {
            return Err(unauthenticated());
        };
        let session = ctx.get::<Services>()?.auth.refresh(refresh).await.api()?;
        caller.sign_in(session);
        Ok(true)
    }

    /// Ends this session.
    async fn logout(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            name = "input",
            desc = "Without meaning; clients of the first Shotify send it."
        )]
        _input: Option<bool>,
    ) -> async_graphql::Result<bool> {
        let viewer = ctx.member().await?;
        ctx.get::<Services>()?.auth.sign_out(&viewer).await.api()?;
        ctx.get::<Caller>()?.sign_out();
        Ok(true)
    }

    /// Ends all sessions of the viewer.
    async fn logout_all(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            name = "input",
            desc = "Without meaning; clients of the first Shotify send it."
        )]
        _input: Option<bool>,
    ) -> async_graphql::Result<bool> {
        let viewer = ctx.member().await?;
        ctx.get::<Services>()?
            .auth
            .sign_out_everywhere(&viewer)
            .await
            .api()?;
        ctx.get::<Caller>()?.sign_out();
        Ok(true)
    }

    /// Mails a link that sets a new password. Always true, so that nobody learns which addresses have an account.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] email: String,
    ) -> async_graphql::Result<bool> {
        let address = ctx.guest()?.address;
        ctx.get::<Services>()?
            .auth
            .request_reset(&email, address)
            .await
            .api()?;
        Ok(true)
    }

    /// Sets a new password by the token of a mailed link, and ends every session.
    async fn process_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token in the link.")] reset_token: String,
        #[graphql(desc = "At least 8 characters, not easy to guess.")] new_password: String,
    ) -> async_graphql::Result<bool> {
        ctx.guest()?;
        ctx.get::<Services>()?
            .auth
            .reset_password(&reset_token, &new_password)
            .await
            .api()?;
        Ok(true)
    }

    /// Sets a new password, keeps this session and ends all others.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The password until now.")] current_password: String,
        #[graphql(desc = "At least 8 characters, not easy to guess.")] new_password: String,
    ) -> async_graphql::Result<bool> {
        let viewer = ctx.member().await?;
        ctx.get::<Services>()?
            .auth
            .change_password(&viewer, &current_password, &new_password)
            .await
            .api()?;
        Ok(true)
    }
}
