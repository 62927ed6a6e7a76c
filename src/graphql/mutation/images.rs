//! Putting images up, changing and deleting them.

use async_graphql::{Context, ID, Object};

use crate::graphql::context::Resolver;
use crate::graphql::error::ApiResult;
use crate::graphql::inputs::{NewImageInput, UpdateImageInput};
use crate::graphql::schema::Services;
use crate::graphql::types::Image;

#[derive(Default)]
pub struct ImageMutations;

#[Object]
impl ImageMutations {
    /// All or none: an input that is refused leaves nothing behind, and its error names its index.
    async fn upload_images(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "1 to 20 images.")] input: Vec<NewImageInput>,
    ) -> async_graphql::Result<Vec<Image>> {
        let viewer = ctx.member().await?;
        let images = input
            .into_iter()
            .map(|image| image.parse(ctx))
            .collect::<Result<_, _>>()?;
        let seen = ctx
            .get::<Services>()?
            .products
            .upload(&viewer, images)
            .await
            .api()?;
        Ok(seen
            .into_iter()
            .map(|seen| Image::new(seen, viewer))
            .collect())
    }

    /// Only the fields that are sent change.
    async fn update_image(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateImageInput,
    ) -> async_graphql::Result<Image> {
        let viewer = ctx.member().await?;
        let seen = ctx
            .get::<Services>()?
            .products
            .update(&viewer, input.into())
            .await
            .api()?;
        Ok(Image::new(seen, viewer))
    }

    /// All or none. An image that was sold is archived instead, so that its buyers keep it.
    async fn delete_images(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most 100 images.")] input: Vec<ID>,
    ) -> async_graphql::Result<bool> {
        let viewer = ctx.member().await?;
        let ids = input.into_iter().map(|id| id.0).collect();
        ctx.get::<Services>()?
            .products
            .delete(&viewer, ids)
            .await
            .api()?;
        Ok(true)
    }
}
