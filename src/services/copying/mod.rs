//! Moving to another object store: copies every object that a row names, checks it, and passes over what is there.
//!
//! The database says what there is: originals, thumbnails, both previews, avatars. What no row names (an upload under
//! way, what a crash left) is not copied.

mod report;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use thiserror::Error;

use crate::domain::id::{ProductId, UserId};
use crate::domain::picture::ImageFormat;
use crate::domain::product::ObjectKeys;
use crate::ports::objects::{ObjectError, ObjectFacts, ObjectStore};
use crate::ports::store::{Store, StoreError};

pub use report::CopyReport;

/// Rows of one statement.
const PAGE: u32 = 100;
/// Objects for which a store was away, without one in between that is in both, after which the rest is not tried any more.
const GIVE_UP: u64 = 20;

/// Why copying ended before all was tried.
#[derive(Debug, Error)]
pub enum CopyError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A store does not answer, again and again.
    #[error("given up, for the stores do not answer; what was copied is passed over next time")]
    GivenUp,
}

/// Why one object was not copied.
#[derive(Debug, Error)]
enum Failure {
    #[error("in the source: {0}")]
    Source(ObjectError),
    #[error("in the target: {0}")]
    Target(ObjectError),
    #[error("{0}")]
    Damaged(&'static str),
}

impl Failure {
    const fn is_away(&self) -> bool {
        matches!(
            self,
            Self::Source(ObjectError::Unavailable(_)) | Self::Target(ObjectError::Unavailable(_))
        )
    }
}

/// What a row names.
struct Item {
    row: Row,
    /// In words, for the log: keys are nobody's business.
    name: String,
    key: String,
}

/// Where it is named.
#[derive(Clone, Copy)]
enum Row {
    Product(ProductId),
    Member(UserId),
}

/// What became of it.
enum Outcome {
    Copied(u64),
    Skipped,
    /// Neither it nor the row that named it is there any more.
    Gone,
}

/// Copies from one object store to another.
pub struct ObjectCopy {
    /// Says what there is.
    pub store: Arc<dyn Store>,
    /// The source.
    pub from: Arc<dyn ObjectStore>,
    /// The target.
    pub to: Arc<dyn ObjectStore>,
    /// Objects at once; each is held in memory whole.
    pub parallel: usize,
}

impl ObjectCopy {
    /// Copies all. `progress` is told now and then how far it is.
    pub async fn run(&self, progress: impl Fn(&CopyReport)) -> Result<CopyReport, CopyError> {
        let mut report = CopyReport::default();
        let mut after = ProductId::new(0);
        loop {
            let page = self.store.products().keys_after(after, PAGE).await?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            let items = page.iter().flat_map(|(id, keys)| renditions(*id, keys));
            self.copy_all(items.collect(), &mut report).await?;
            progress(&report);
        }
        let mut after = UserId::new(0);
        loop {
            let page = self.store.users().avatars_after(after, PAGE).await?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            self.copy_all(page.into_iter().map(avatar).collect(), &mut report)
                .await?;
            progress(&report);
        }
        Ok(report)
    }

    async fn copy_all(&self, items: Vec<Item>, report: &mut CopyReport) -> Result<(), CopyError> {
        let work = stream::iter(items.iter().map(|item| self.attempt(item)));
        let mut done = work.buffer_unordered(self.parallel.max(1));
        while let Some((item, outcome)) = done.try_next().await? {
            match outcome {
                Ok(Outcome::Copied(size)) => report.copied(size),
                Ok(Outcome::Skipped) => report.skipped(),
                Ok(Outcome::Gone) => report.gone += 1,
                Err(failure) => {
                    tracing::warn!(object = item.name, error = %failure, "an object was not copied");
                    report.failed(failure.is_away());
                }
            }
            if report.away >= GIVE_UP {
                return Err(CopyError::GivenUp);
            }
        }
        Ok(())
    }

    async fn attempt<'a>(
        &self,
        item: &'a Item,
    ) -> Result<(&'a Item, Result<Outcome, Failure>), StoreError> {
        let outcome = match self.copy(&item.key).await {
            // A server that runs meanwhile deletes rows first, and then their objects.
            Err(Failure::Source(ObjectError::Missing)) if !self.is_named(item).await? => {
                Ok(Outcome::Gone)
            }
            outcome => outcome,
        };
        Ok((item, outcome))
    }

    /// Whether its row still names it.
    async fn is_named(&self, item: &Item) -> Result<bool, StoreError> {
        match item.row {
            Row::Product(id) => {
                let before = ProductId::new(id.get() - 1);
                let rows = self.store.products().keys_after(before, 1).await?;
                let mut items = rows.iter().flat_map(|(id, keys)| renditions(*id, keys));
                Ok(items.any(|other| other.key == item.key))
            }
            Row::Member(id) => {
                let before = UserId::new(id.get() - 1);
                let rows = self.store.users().avatars_after(before, 1).await?;
                Ok(rows.iter().any(|(_, key)| *key == item.key))
            }
        }
    }

    async fn copy(&self, key: &str) -> Result<Outcome, Failure> {
        let format = ImageFormat::of_key(key);
        let format = format.ok_or(Failure::Damaged("its key names no format"))?;
        let wanted = self.from.facts(key).await.map_err(Failure::Source)?;
        match self.to.facts(key).await {
            Ok(there) if there == wanted => return Ok(Outcome::Skipped),
            Ok(_) | Err(ObjectError::Missing) => {}
            Err(error) => return Err(Failure::Target(error)),
        }
        let bytes = self.read(key).await.map_err(Failure::Source)?;
        if ObjectFacts::of(&bytes) != wanted {
            return Err(Failure::Damaged(
                "the source gave other bytes than it keeps",
            ));
        }
        let put = self.to.put(key, bytes, format.media_type()).await;
        put.map_err(Failure::Target)?;
        self.check(key, wanted).await?;
        Ok(Outcome::Copied(wanted.size))
    }

    async fn read(&self, key: &str) -> Result<Bytes, ObjectError> {
        let object = self.from.get(key, None).await?;
        let whole = object
            .bytes
            .try_fold(BytesMut::new(), async |mut all, bytes| {
                all.extend_from_slice(&bytes);
                Ok(all)
            });
        Ok(whole.await?.freeze())
    }

    /// Whether the target keeps what it was given; a damaged copy is taken away again.
    async fn check(&self, key: &str, wanted: ObjectFacts) -> Result<(), Failure> {
        if self.to.facts(key).await.map_err(Failure::Target)? == wanted {
            return Ok(());
        }
        self.to.delete(key).await.map_err(Failure::Target)?;
        Err(Failure::Damaged("the copy was damaged and was removed"))
    }
}

fn renditions(id: ProductId, keys: &ObjectKeys) -> [Item; 4] {
    let item = |what: &str, key: &str| Item {
        row: Row::Product(id),
        name: format!("the {what} of image {id}"),
        key: key.to_owned(),
    };
    [
        item("original", &keys.original),
        item("thumbnail", &keys.thumbnail),
        item("preview", &keys.preview),
        item("watermarked preview", &keys.watermarked),
    ]
}

fn avatar((user, key): (UserId, String)) -> Item {
    Item {
        row: Row::Member(user),
        name: format!("the avatar of member {user}"),
        key,
    }
}
