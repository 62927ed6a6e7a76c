//! Buying.

use async_graphql::{Context, ID, Object};

use crate::graphql::context::Resolver;
use crate::graphql::count;
use crate::graphql::error::ApiResult;
use crate::graphql::schema::Services;
use crate::graphql::types::Sale;
use crate::services::sales::Purchase;

#[derive(Default)]
pub struct SaleMutations;

#[Object]
impl SaleMutations {
    /// At the price in force now. expectedPrice refuses the purchase (PRICE_CHANGED) when that is another.
    /// A second purchase of the same image by the same buyer answers with the first sale.
    /// The same idempotencyKey with other arguments is refused (IDEMPOTENCY_MISMATCH).
    async fn buy_image(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which image.")] id: ID,
        #[graphql(desc = "The finalPrice that the buyer was shown.")] expected_price: Option<f64>,
        #[graphql(
            desc = "1 to 255 printable ASCII characters: the client's name for this attempt, the same for every repetition."
        )]
        idempotency_key: Option<String>,
    ) -> async_graphql::Result<Sale> {
        let viewer = ctx.member().await?;
        let purchase = Purchase {
            id: id.0,
            expected_price,
            idempotency_key,
        };
        let bought = ctx
            .get::<Services>()?
            .sales
            .buy(&viewer, purchase)
            .await
            .inspect(count::bought)
            .api()?;
        Ok(Sale::new(bought.sale, viewer))
    }
}
