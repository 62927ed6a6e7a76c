//! Queries about sales.

use async_graphql::{Context, Object};

use super::first;
use crate::domain::page::{DEFAULT_SIZE, RawPage};
use crate::graphql::context::Resolver;
use crate::graphql::error::ApiResult;
use crate::graphql::schema::Services;
use crate::graphql::types::{Sale, SaleConnection};

#[derive(Default)]
pub struct SaleQueries;

#[Object]
impl SaleQueries {
    /// What the viewer sold and bought, newest first.
    async fn sales(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            name = "first",
            desc = "At most so many, 1 to 100.",
            default_with = "Some(50)"
        )]
        rows: Option<i32>,
    ) -> async_graphql::Result<Vec<Sale>> {
        let viewer = ctx.member().await?;
        let sales = ctx
            .get::<Services>()?
            .sales
            .list(&viewer, first(rows, DEFAULT_SIZE))
            .await
            .api()?;
        Ok(sales
            .into_iter()
            .map(|sale| Sale::new(sale, viewer))
            .collect())
    }

    /// What the viewer bought, page by page.
    async fn purchases(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "So many from the front, 1 to 100; 50 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<SaleConnection> {
        let viewer = ctx.member().await?;
        let page = RawPage {
            first: first.map(i64::from),
            after,
            last: last.map(i64::from),
            before,
        };
        let found = ctx
            .get::<Services>()?
            .sales
            .purchases(&viewer, page)
            .await
            .api()?;
        Ok(SaleConnection::new(found, viewer))
    }
}
