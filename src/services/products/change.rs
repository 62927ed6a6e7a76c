//! Changing and deleting: the rows are locked first, in id order, and judged under the lock.

use std::collections::BTreeSet;

use super::{ChangeError, ImageChange, Products};
use crate::domain::id::ProductId;
use crate::domain::invalid::Invalid;
use crate::domain::label::Label;
use crate::domain::money::{Cents, Percent};
use crate::domain::product::{Listing, Product, Seen};
use crate::domain::text::{Description, Title};
use crate::domain::viewer::Viewer;
use crate::ports::outbox::Task;
use crate::ports::store::{StoreResult, UnitOfWork};
use crate::services::retry::retrying;
use crate::services::words::words_of;

/// Most ids of one deletion.
const MAX_IDS: usize = 100;

/// A change that has been checked.
struct Parsed {
    title: Option<Title>,
    description: Option<Description>,
    labels: Option<Vec<Label>>,
    price: Option<Cents>,
    discount: Option<Percent>,
}

impl Parsed {
    fn new(change: &ImageChange) -> Result<Self, Invalid> {
        Ok(Self {
            title: change.title.as_deref().map(Title::parse).transpose()?,
            description: change
                .description
                .as_deref()
                .map(Description::parse)
                .transpose()?,
            labels: change.labels.as_deref().map(Label::parse_all).transpose()?,
            price: change
                .price
                .map(|price| Cents::parse("price", price))
                .transpose()?,
            discount: change
                .discount_percent
                .map(|percent| Percent::parse("discountPercent", percent))
                .transpose()?,
        })
    }

    /// The listing with what was sent in place of what was there.
    fn apply(&self, change: &ImageChange, old: &Listing) -> Listing {
        Listing {
            title: self.title.as_ref().unwrap_or(&old.title).clone(),
            description: self
                .description
                .as_ref()
                .unwrap_or(&old.description)
                .clone(),
            private: change.private.unwrap_or(old.private),
            for_sale: change.for_sale.unwrap_or(old.for_sale),
            archived: change.archived.unwrap_or(old.archived),
            price: self.price.unwrap_or(old.price),
            discount: self.discount.unwrap_or(old.discount),
        }
    }

    const fn touches_words(&self) -> bool {
        self.title.is_some() || self.description.is_some() || self.labels.is_some()
    }
}

pub(super) async fn update(
    this: &Products,
    viewer: &Viewer,
    change: &ImageChange,
) -> Result<Seen, ChangeError> {
    let parsed = Parsed::new(change).map_err(|e| e.under("input"))?;
    retrying(|| update_once(this, viewer, change, &parsed)).await
}

async fn update_once(
    this: &Products,
    viewer: &Viewer,
    change: &ImageChange,
    parsed: &Parsed,
) -> Result<Seen, ChangeError> {
    let id = ProductId::parse(&change.id).ok_or(ChangeError::NotFound)?;
    let mut unit = this.store.begin().await?;
    let mut product = lock_own(unit.as_mut(), viewer, &[id])
        .await?
        .pop()
        .ok_or(ChangeError::NotFound)?;
    // Read under the lock, so that it never goes back.
    let now = this.clock.now();
    let was_public = product.is_public();
    product.listing = parsed.apply(change, &product.listing);
    product.updated = now;
    unit.products().update(id, &product.listing, now).await?;
    write_words(this, unit.as_mut(), &product, parsed).await?;
    // The owner of the picture that this one repeats hears of it once everyone can see it.
    let owed = product.duplicate_of.is_some() && !product.duplicate_told;
    if owed && product.is_public() && !was_public {
        unit.outbox().add(&Task::Compare(id), now).await?;
    }
    unit.commit().await?;
    Ok(Seen {
        product,
        bought: false,
    })
}

/// Writes the labels, where they were sent, and the words that a change touches.
async fn write_words(
    this: &Products,
    unit: &mut dyn UnitOfWork,
    product: &Product,
    parsed: &Parsed,
) -> StoreResult<()> {
    let id = product.id;
    if let Some(labels) = &parsed.labels {
        unit.products().set_labels(id, labels).await?;
    }
    if parsed.touches_words() {
        let labels = unit.products().labels(id).await?;
        let words = words_of(&product.listing, &labels, this.labelling.thesaurus.as_ref());
        unit.products().set_words(id, &words).await?;
    }
    Ok(())
}

/// Locks products that must all be the viewer's. Another's is FORBIDDEN where the viewer may see it;
/// hidden and missing ones answer alike, with the same statements (Z7).
async fn lock_own(
    unit: &mut dyn UnitOfWork,
    viewer: &Viewer,
    ids: &[ProductId],
) -> Result<Vec<Product>, ChangeError> {
    let products = unit.products().lock(ids).await?;
    if products.len() == ids.len() && products.iter().all(|p| p.owner == viewer.user) {
        return Ok(products);
    }
    let mut hidden = products.len() < ids.len();
    for id in ids {
        let bought = unit.sales().find(viewer.user, *id).await?.is_some();
        hidden |= products
            .iter()
            .any(|p| p.id == *id && !p.access(viewer.user, bought).see);
    }
    Err(if hidden {
        ChangeError::NotFound
    } else {
        ChangeError::Forbidden
    })
}

pub(super) async fn delete(
    this: &Products,
    viewer: &Viewer,
    raw: &[String],
) -> Result<(), ChangeError> {
    // Two spellings of one id are a repeat, too.
    let distinct: BTreeSet<Option<ProductId>> = raw.iter().map(|id| ProductId::parse(id)).collect();
    if distinct.len() > MAX_IDS {
        return Err(Invalid::new("input", format!("must be at most {MAX_IDS} ids")).into());
    }
    let ids: Option<Vec<ProductId>> = distinct.into_iter().collect();
    let ids = ids.ok_or(ChangeError::NotFound)?;
    if ids.is_empty() {
        return Ok(());
    }
    let removed = retrying(|| delete_once(this, viewer, &ids)).await?;
    if let Err(error) = this.duplicates.similar.index.remove(&removed).await {
        tracing::warn!(%error, "deleted pictures leave the index later");
    }
    Ok(())
}

async fn delete_once(
    this: &Products,
    viewer: &Viewer,
    ids: &[ProductId],
) -> Result<Vec<ProductId>, ChangeError> {
    let mut unit = this.store.begin().await?;
    let products = lock_own(unit.as_mut(), viewer, ids).await?;
    let now = this.clock.now();
    let sold = unit.sales().sold(ids).await?;
    let mut removed = Vec::new();
    for product in products {
        if sold.contains(&product.id) {
            let archived = Listing {
                archived: true,
                ..product.listing
            };
            unit.products().update(product.id, &archived, now).await?;
            continue;
        }
        unit.products().remove(product.id).await?;
        removed.push(product.id);
        for key in product.keys.all() {
            unit.outbox()
                .add(&Task::DeleteObject(key.to_owned()), now)
                .await?;
        }
    }
    unit.commit().await?;
    Ok(removed)
}
