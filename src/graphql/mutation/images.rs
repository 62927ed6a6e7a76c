//! Putting images up, changing and deleting them.

use async_graphql::{Context, ID, Object};

use crate::domain::label::Label;
use crate::graphql::context::Resolver;
use crate::graphql::count;
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
            .enumerate()
            .map(|(index, image)| image.parse(ctx, index))
            .collect::<Result<_, _>>()?;
        let seen = ctx
            .get::<Services>()?
            .products
            .upload(&viewer, images)
            .await
            .inspect(|images| count::uploaded(images))
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

    /// Adds what the labeller sees to the image's labels and answers with all of them.
    async fn auto_generate_labels(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "One of the viewer's images.")] id: ID,
    ) -> async_graphql::Result<Vec<String>> {
        let viewer = ctx.member().await?;
        let labels = ctx
            .get::<Services>()?
            .products
            .label(&viewer, &id)
            .await
            .api()?;
        let text = |label: &Label| label.as_str().to_owned();
        Ok(labels.iter().map(text).collect())
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
