//! Adding what the labeller sees to what the owner wrote: asked for by the owner, or done by the worker.

use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt as _;
use thiserror::Error;

use super::limits::member_key;
use super::retry::{contended, retrying};
use super::words::words_of;
use crate::domain::id::ProductId;
use crate::domain::label::{Label, MAX_LABELS};
use crate::domain::picture::ImageFormat;
use crate::domain::product::Product;
use crate::ports::clock::Clock;
use crate::ports::objects::{ObjectError, ObjectStore};
use crate::ports::pictures::Encoded;
use crate::ports::rate_limit::{Quota, RateLimiter, Taken};
use crate::ports::store::{Store, StoreError};
use crate::ports::vision::{LabelError, Labeller, Thesaurus};

/// Why nothing was labelled.
#[derive(Debug, Error)]
pub enum LabellingError {
    /// The product was deleted meanwhile.
    #[error("there is no such image")]
    Gone,
    /// Its owner has had as many pictures labelled as one may.
    #[error("too many pictures were labelled")]
    Limited {
        /// Until one more is allowed.
        retry_after: std::time::Duration,
    },
    /// The labeller failed.
    #[error(transparent)]
    Labeller(#[from] LabelError),
    /// The object store failed.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

contended!(LabellingError);

/// Labels pictures.
#[derive(Clone)]
pub struct Labelling {
    /// Rows.
    pub store: Arc<dyn Store>,
    /// Bytes.
    pub objects: Arc<dyn ObjectStore>,
    /// Says what a picture shows.
    pub labeller: Arc<dyn Labeller>,
    /// Words that belong to labels.
    pub thesaurus: Arc<dyn Thesaurus>,
    /// Counts what each member has had labelled.
    pub limiter: Arc<dyn RateLimiter>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// How often a member may have a picture labelled.
    pub quota: Quota,
}

impl Labelling {
    /// Adds what the labeller sees in a product and answers with all its labels. What it has stays, in its order;
    /// new ones come behind, as far as there is room for them. A second call adds nothing.
    pub async fn label(&self, product: &Product) -> Result<Vec<Label>, LabellingError> {
        let key = member_key("label", product.owner);
        if let Taken::Denied { retry_after } = self.limiter.take(&key, self.quota).await? {
            return Err(LabellingError::Limited { retry_after });
        }
        // Without its watermark, which would be seen as well.
        let preview = preview(self.objects.as_ref(), product).await?;
        let seen = self.labeller.label(&preview).await?;
        retrying(|| self.add(product.id, &seen)).await
    }

    async fn add(&self, id: ProductId, seen: &[Label]) -> Result<Vec<Label>, LabellingError> {
        let mut unit = self.store.begin().await?;
        let product = unit.products().lock(&[id]).await?.pop();
        let product = product.ok_or(LabellingError::Gone)?;
        let had = unit.products().labels(id).await?;
        let all = merged(&had, seen);
        if all.len() == had.len() {
            return Ok(had);
        }
        let words = words_of(&product.listing, &all, self.thesaurus.as_ref());
        unit.products().set_labels(id, &all).await?;
        unit.products().set_words(id, &words).await?;
        let now = self.clock.now();
        unit.products().update(id, &product.listing, now).await?;
        unit.commit().await?;
        Ok(all)
    }
}

/// The unwatermarked preview of a product, whole.
pub(super) async fn preview(
    objects: &dyn ObjectStore,
    product: &Product,
) -> Result<Encoded, ObjectError> {
    let key = &product.keys.preview;
    let format = ImageFormat::of_key(key)
        .ok_or_else(|| ObjectError::Failed("a preview of no known format".into()))?;
    let stored = objects.get(key, None).await?;
    let chunks: Vec<Bytes> = stored.bytes.try_collect().await?;
    Ok(Encoded {
        bytes: Bytes::from(chunks.concat()),
        format,
    })
}

fn merged(had: &[Label], seen: &[Label]) -> Vec<Label> {
    let mut all = had.to_vec();
    for label in seen {
        if all.len() < MAX_LABELS && !all.contains(label) {
            all.push(label.clone());
        }
    }
    all
}

#[cfg(test)]
#[path = "labelling_tests.rs"]
mod tests;
