//! Embeds pictures that have no embedding by the model in use: put up before there was one, or under another, or by
//! a server of an earlier version that still runs. Their words are written anew as well.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::domain::embedding::Embedding;
use crate::domain::id::ProductId;
use crate::domain::product::Product;
use crate::ports::clock::Clock;
use crate::ports::objects::{ObjectError, ObjectStore};
use crate::ports::pictures::{PictureError, Studio};
use crate::ports::store::{Store, StoreError};
use crate::ports::vision::Thesaurus;
use crate::services::labelling::preview;
use crate::services::retry::{contended, retrying};
use crate::services::words::words_of;

/// Products of one statement.
const BATCH: u32 = 100;
/// How long to wait before looking again.
const EVERY: Duration = Duration::from_mins(10);

/// Why a picture was not described.
#[derive(Debug, Error)]
enum DescribeError {
    #[error(transparent)]
    Picture(#[from] PictureError),
    #[error(transparent)]
    Object(#[from] ObjectError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

contended!(DescribeError);

/// Makes up for missing embeddings.
pub struct Describer {
    /// Rows.
    pub store: Arc<dyn Store>,
    /// Bytes.
    pub objects: Arc<dyn ObjectStore>,
    /// Makes embeddings.
    pub studio: Arc<dyn Studio>,
    /// Words that belong to labels.
    pub thesaurus: Arc<dyn Thesaurus>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

impl Describer {
    /// Looks now and then until it is told to stop; stops between two pictures.
    pub async fn run(&self, ending: CancellationToken) {
        while !ending.is_cancelled() {
            match self.describe_all(&ending).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "pictures were described"),
                Err(error) => tracing::warn!(%error, "pictures cannot be described"),
            }
            tokio::select! {
                () = ending.cancelled() => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// Describes what is not; answers how many were. One that cannot be is passed over until the next time.
    pub async fn describe_all(&self, ending: &CancellationToken) -> Result<u64, StoreError> {
        let (model, embeddings) = (self.studio.model(), self.store.embeddings());
        let (mut after, mut count) = (ProductId::new(0), 0);
        loop {
            let missing = embeddings.missing(&model, after, BATCH).await?;
            let Some(last) = missing.last() else {
                return Ok(count);
            };
            after = *last;
            for id in missing {
                if ending.is_cancelled() {
                    return Ok(count);
                }
                match self.describe(id).await {
                    Ok(()) => count += 1,
                    Err(error) => {
                        let product = id.get();
                        tracing::warn!(product, %error, "a picture was not described");
                    }
                }
            }
        }
    }

    async fn describe(&self, id: ProductId) -> Result<(), DescribeError> {
        let Some(product) = self.store.products().find_for_link(id).await? else {
            return Ok(());
        };
        let embedding = self.embed(&product).await?;
        retrying(|| self.write(id, &embedding)).await
    }

    async fn embed(&self, product: &Product) -> Result<Embedding, DescribeError> {
        let preview = preview(self.objects.as_ref(), product).await?;
        Ok(self.studio.embed(&preview).await?)
    }

    async fn write(&self, id: ProductId, embedding: &Embedding) -> Result<(), DescribeError> {
        let mut unit = self.store.begin().await?;
        let Some(product) = unit.products().lock(&[id]).await?.pop() else {
            return Ok(());
        };
        let labels = unit.products().labels(id).await?;
        let words = words_of(&product.listing, &labels, self.thesaurus.as_ref());
        unit.products().set_words(id, &words).await?;
        let now = self.clock.now();
        unit.embeddings().set(id, embedding, now).await?;
        Ok(unit.commit().await?)
    }
}
