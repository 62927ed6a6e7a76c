//! Queries about images.

use async_graphql::{Context, ID, Object};

use super::first;
use crate::domain::page::{DEFAULT_SIZE, RawPage};
use crate::graphql::context::Resolver;
use crate::graphql::error::ApiResult;
use crate::graphql::inputs::ImageFilterInput;
use crate::graphql::schema::Services;
use crate::graphql::types::{Image, ImageConnection, ImageOrder, LabelCount, SimilarImage};
use crate::services::similarity::Alike;

#[derive(Default)]
pub struct ImageQueries;

#[Object]
impl ImageQueries {
    /// Images that the viewer may see, filtered. A plain list, newest first (with the filter image: most alike first), at most 100.
    async fn images(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which images.")] input: Option<ImageFilterInput>,
        #[graphql(
            name = "first",
            desc = "At most so many, 1 to 100.",
            default_with = "Some(50)"
        )]
        rows: Option<i32>,
    ) -> async_graphql::Result<Vec<Image>> {
        let viewer = ctx.member().await?;
        let input = input.unwrap_or_default();
        let search = input.parse(ctx, &viewer, "input").await?;
        let found = ctx
            .get::<Services>()?
            .products
            .list(&viewer, search, first(rows, DEFAULT_SIZE))
            .await;
        let found = found.map_err(|e| e.filter_named("input")).api()?;
        Ok(found
            .into_iter()
            .map(|seen| Image::new(seen, viewer))
            .collect())
    }

    /// The same search, page by page, in a chosen order.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn search_images(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which images.")] filter: Option<ImageFilterInput>,
        #[graphql(desc = "In which order.", default_with = "Some(ImageOrder::Newest)")]
        order_by: Option<ImageOrder>,
        #[graphql(
            desc = "So many from the front, 1 to 100; 50 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<ImageConnection> {
        let viewer = ctx.member().await?;
        let filter = filter.unwrap_or_default();
        let search = filter.parse(ctx, &viewer, "filter").await?;
        let order = order_by.unwrap_or(ImageOrder::Newest).into();
        let page = RawPage {
            first: first.map(i64::from),
            after,
            last: last.map(i64::from),
            before,
        };
        let found = ctx
            .get::<Services>()?
            .products
            .search(&viewer, search.clone(), order, page)
            .await;
        let found = found.map_err(|e| e.filter_named("filter")).api()?;
        Ok(ImageConnection::new(found, search, viewer))
    }

    /// One image, or null where it does not exist or the viewer may not see it.
    async fn image(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which image.")] id: ID,
    ) -> async_graphql::Result<Option<Image>> {
        let viewer = ctx.member().await?;
        let found = ctx
            .get::<Services>()?
            .products
            .get(&viewer, &id)
            .await
            .api()?;
        Ok(found.map(|seen| Image::new(seen, viewer)))
    }

    /// Images that look like this one, most alike first, itself left out.
    async fn similar_images(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which image.")] id: ID,
        #[graphql(
            name = "first",
            desc = "At most so many, 1 to 100.",
            default_with = "Some(20)"
        )]
        rows: Option<i32>,
    ) -> async_graphql::Result<Vec<SimilarImage>> {
        let viewer = ctx.member().await?;
        let found = ctx
            .get::<Services>()?
            .products
            .similar(&viewer, &id, first(rows, 20))
            .await
            .api()?;
        let similar = |alike: Alike| SimilarImage {
            similarity: alike.similarity.get(),
            image: Image::new(alike.seen, viewer),
        };
        Ok(found.into_iter().map(similar).collect())
    }

    /// The labels in use on images that the viewer may see, most used first.
    async fn labels(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only labels that start like this, whatever the case.")] prefix: Option<
            String,
        >,
        #[graphql(
            name = "first",
            desc = "At most so many, 1 to 100.",
            default_with = "Some(20)"
        )]
        rows: Option<i32>,
    ) -> async_graphql::Result<Vec<LabelCount>> {
        let viewer = ctx.member().await?;
        let counts = ctx
            .get::<Services>()?
            .products
            .label_counts(&viewer, prefix, first(rows, 20))
            .await
            .api()?;
        Ok(counts
            .into_iter()
            .map(|c| LabelCount {
                name: c.label.as_str().to_owned(),
                count: c.count,
            })
            .collect())
    }
}
