//! Putting pictures up: journal, objects, then rows and the journal's end in one transaction.
//!
//! A crash at any point leaves either all rows, or only objects that the journal names and the sweeper
//! deletes (architecture, decision 8; K1, K2, K5).

use futures::future::try_join_all;
use futures::{FutureExt, StreamExt, stream};

use super::{NewImage, Products, UploadError};
use crate::domain::embedding::Embedding;
use crate::domain::id::ProductId;
use crate::domain::invalid::Invalid;
use crate::domain::label::Label;
use crate::domain::money::{Cents, Percent};
use crate::domain::picture::PictureFacts;
use crate::domain::product::{Listing, NewProduct, ObjectKeys, Product, Seen};
use crate::domain::text::{Description, Title};
use crate::domain::viewer::Viewer;
use crate::ports::chance;
use crate::ports::outbox::Task;
use crate::ports::pictures::{Developed, Encoded, SpooledFile};
use crate::ports::store::{StoreError, UnitOfWork};
use crate::services::retry::retrying;
use crate::services::words::words_of;

/// Pictures of one request that are worked on at once.
const AT_ONCE: usize = 4;

/// What is said of a picture, checked.
struct Caption {
    listing: Listing,
    labels: Vec<Label>,
    auto_label: bool,
}

/// What one request puts up, ready to be committed.
struct Batch {
    captions: Vec<Caption>,
    stored: Vec<Stored>,
}

/// A picture whose objects are stored and noted in the journal.
struct Stored {
    facts: PictureFacts,
    embedding: Embedding,
    earlier: Option<ProductId>,
    keys: ObjectKeys,
}

impl Stored {
    fn keys(&self) -> Vec<String> {
        self.keys.all().map(str::to_owned).to_vec()
    }
}

pub(super) async fn upload(
    this: &Products,
    viewer: &Viewer,
    images: Vec<NewImage>,
) -> Result<Vec<Seen>, UploadError> {
    let most = this.limits.files;
    if images.is_empty() || images.len() > most {
        return Err(Invalid::new("input", format!("must be 1 to {most} images")).into());
    }
    let (captions, files): (Vec<_>, Vec<_>) = check(images)?.into_iter().unzip();
    let watermark = watermark(this, viewer).await?;
    let mut stored = store_all(this, files, &watermark).await?;
    for picture in &mut stored {
        picture.earlier = earlier(this, viewer, picture).await;
    }
    let batch = Batch { captions, stored };
    match retrying(|| commit(this, viewer, &batch).boxed()).await {
        Ok(seen) => {
            index(this, &seen, &batch.stored).await;
            Ok(seen)
        }
        Err(error) => {
            discard(this, &batch.stored).await;
            Err(error)
        }
    }
}

/// Checks every input before any work is done.
fn check(images: Vec<NewImage>) -> Result<Vec<(Caption, SpooledFile)>, Invalid> {
    let one = |(index, image): (usize, NewImage)| {
        let caption = caption(&image).map_err(|e| e.under(&format!("input.{index}")))?;
        Ok((caption, image.file))
    };
    images.into_iter().enumerate().map(one).collect()
}

fn caption(image: &NewImage) -> Result<Caption, Invalid> {
    let listing = Listing {
        title: Title::parse(&image.title)?,
        description: Description::parse(&image.description)?,
        private: image.private,
        for_sale: image.for_sale,
        archived: false,
        price: Cents::parse("price", image.price)?,
        discount: Percent::parse("discountPercent", image.discount_percent)?,
    };
    Ok(Caption {
        listing,
        labels: Label::parse_all(&image.labels)?,
        auto_label: image.auto_label,
    })
}

/// What shows the same picture and is another member's. Where that cannot be told now, the worker finds it out later.
async fn earlier(this: &Products, viewer: &Viewer, picture: &Stored) -> Option<ProductId> {
    let hash = picture.facts.perceptual_hash;
    let duplicates = &this.duplicates;
    let found = duplicates.earlier(viewer.user, hash, &picture.embedding);
    found.await.unwrap_or_else(|error| {
        tracing::debug!(%error, "an upload is compared with other pictures later");
        None
    })
}

/// So that the next search finds them. Where this fails, the follower does it a moment later.
async fn index(this: &Products, seen: &[Seen], stored: &[Stored]) {
    let ids = seen.iter().map(|seen| seen.product.id);
    let embeddings = stored.iter().map(|picture| picture.embedding.clone());
    let index = &this.duplicates.similar.index;
    if let Err(error) = index.put(ids.zip(embeddings).collect()).await {
        tracing::warn!(%error, "new pictures are indexed later");
    }
}

/// The word of the marketplace and the seller's name.
async fn watermark(this: &Products, viewer: &Viewer) -> Result<String, StoreError> {
    let user = this.store.users().by_ids(&[viewer.user]).await?.pop();
    Ok(user.map_or_else(
        || "Shotify".to_owned(),
        |user| format!("Shotify · {}", user.username.as_str()),
    ))
}

/// Develops and stores all pictures, some at a time; when one fails, what the others stored is discarded.
async fn store_all(
    this: &Products,
    files: Vec<SpooledFile>,
    watermark: &str,
) -> Result<Vec<Stored>, UploadError> {
    let work = files
        .into_iter()
        .enumerate()
        .map(|(index, file)| store_one(this, index, file, watermark).boxed());
    let results: Vec<Result<Stored, UploadError>> =
        stream::iter(work).buffered(AT_ONCE).collect().await;
    let (stored, mut failed): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    let stored: Vec<Stored> = stored.into_iter().flatten().collect();
    if failed.is_empty() {
        return Ok(stored);
    }
    discard(this, &stored).await;
    failed.swap_remove(0).map(|_: Stored| stored)
}

async fn store_one(
    this: &Products,
    index: usize,
    file: SpooledFile,
    watermark: &str,
) -> Result<Stored, UploadError> {
    let _desk = this.desks.acquire().await.map_err(|error| {
        StoreError::Unavailable(format!("pictures cannot be worked on: {error}"))
    })?;
    let developed = this.studio.develop(file, watermark.to_owned()).await;
    let developed = developed.map_err(|error| UploadError::Picture { index, error })?;
    let stored = Stored {
        keys: new_keys(this, &developed),
        facts: developed.facts.clone(),
        embedding: developed.embedding.clone(),
        earlier: None,
    };
    let keys = stored.keys();
    retrying(|| open_journal(this, &keys)).await?;
    let files = [
        developed.original,
        developed.thumbnail,
        developed.preview,
        developed.watermarked,
    ];
    let puts = keys.into_iter().zip(files).map(|(key, file)| async move {
        let media_type = file.format.media_type();
        this.objects.put(&key, file.bytes, media_type).await
    });
    // A put that failed or was left may still arrive: a deletion ordered now could come before it. The notes
    // stay, and the sweeper deletes when nothing of this request can be under way any more.
    try_join_all(puts).await?;
    Ok(stored)
}

async fn open_journal(this: &Products, keys: &[String]) -> Result<(), StoreError> {
    let mut unit = this.store.begin().await?;
    unit.journal().open(keys, this.clock.now()).await?;
    unit.commit().await
}

/// Keys that nobody can guess: 16 random bytes, and the format's extension.
fn new_keys(this: &Products, developed: &Developed) -> ObjectKeys {
    let key = |name: &str, file: &Encoded| {
        let secret: [u8; 16] = chance::bytes(this.random.as_ref());
        format!("{}/{name}.{}", hex::encode(secret), file.format.extension())
    };
    ObjectKeys {
        original: key("original", &developed.original),
        thumbnail: key("thumbnail", &developed.thumbnail),
        preview: key("preview", &developed.preview),
        watermarked: key("watermarked", &developed.watermarked),
    }
}

/// All rows and the journal's end, or nothing.
async fn commit(this: &Products, viewer: &Viewer, batch: &Batch) -> Result<Vec<Seen>, UploadError> {
    let now = this.clock.now();
    let mut unit = this.store.begin().await?;
    check_quota(this, unit.as_mut(), viewer, &batch.stored).await?;
    let mut seen = Vec::with_capacity(batch.stored.len());
    for (caption, stored) in batch.captions.iter().zip(&batch.stored) {
        let new = NewProduct {
            owner: viewer.user,
            listing: caption.listing.clone(),
            currency: this.currency.clone(),
            created: now,
            facts: stored.facts.clone(),
            keys: stored.keys.clone(),
        };
        let id = insert(this, unit.as_mut(), &new, caption, stored).await?;
        seen.push(as_seen(id, new, stored.earlier));
    }
    let keys: Vec<String> = batch.stored.iter().flat_map(Stored::keys).collect();
    if !unit.journal().close(&keys).await? {
        return Err(StoreError::Unavailable(
            "the upload took so long that it was swept away".into(),
        )
        .into());
    }
    unit.commit().await?;
    Ok(seen)
}

async fn insert(
    this: &Products,
    unit: &mut dyn UnitOfWork,
    new: &NewProduct,
    caption: &Caption,
    stored: &Stored,
) -> Result<ProductId, StoreError> {
    let (labels, now) = (&caption.labels, new.created);
    let words = words_of(&new.listing, labels, this.labelling.thesaurus.as_ref());
    let id = unit.products().add(new).await?;
    unit.products().set_labels(id, labels).await?;
    unit.products().set_words(id, &words).await?;
    unit.embeddings().set(id, &stored.embedding, now).await?;
    if let Some(earlier) = stored.earlier {
        let products = unit.products();
        products.set_duplicate(id, earlier, false).await?;
    }
    unit.outbox().add(&Task::Compare(id), now).await?;
    if caption.auto_label {
        unit.outbox().add(&Task::Label(id), now).await?;
    }
    Ok(id)
}

/// Under the lock of the member's row, so that parallel uploads cannot exceed the quota together.
async fn check_quota(
    this: &Products,
    unit: &mut dyn UnitOfWork,
    viewer: &Viewer,
    stored: &[Stored],
) -> Result<(), UploadError> {
    unit.users().lock(viewer.user).await?;
    let (usage, limits) = (unit.products().usage(viewer.user).await?, this.limits);
    let count = i64::try_from(stored.len()).unwrap_or(i64::MAX);
    let bytes = stored.iter().map(|s| s.facts.stored()).sum::<u64>();
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    let refusal = if usage.count.saturating_add(count) > limits.images {
        format!("a member may have {} images", limits.images)
    } else if usage.bytes.saturating_add(bytes) > limits.bytes {
        let most = limits.bytes >> 20;
        format!("a member's pictures may take {most} MiB")
    } else {
        return Ok(());
    };
    Err(UploadError::Quota(refusal))
}

fn as_seen(id: ProductId, new: NewProduct, duplicate_of: Option<ProductId>) -> Seen {
    let NewProduct {
        owner,
        listing,
        currency,
        created,
        facts,
        keys,
    } = new;
    Seen {
        product: Product {
            id,
            owner,
            listing,
            currency,
            created,
            updated: created,
            facts,
            keys,
            duplicate_of,
            duplicate_told: false,
        },
        bought: false,
    }
}

/// Orders the deletion of objects that no row will name. The journal is the arbiter: where its notes are
/// gone, a commit whose answer was lost has succeeded after all, and nothing is deleted. Where this fails,
/// the sweeper does it later.
async fn discard(this: &Products, stored: &[Stored]) {
    for picture in stored {
        if let Err(error) = retrying(|| discard_one(this, picture).boxed()).await {
            tracing::warn!(%error, "objects of a failed upload are left to the sweeper");
        }
    }
}

async fn discard_one(this: &Products, picture: &Stored) -> Result<(), StoreError> {
    let keys = picture.keys();
    let now = this.clock.now();
    let mut unit = this.store.begin().await?;
    if !unit.journal().close(&keys).await? {
        return Ok(());
    }
    for key in keys {
        unit.outbox().add(&Task::DeleteObject(key), now).await?;
    }
    unit.commit().await
}
