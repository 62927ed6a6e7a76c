//! The same picture again: an upload that shows what another member put up before is accepted, but flagged, and the
//! earlier owner is told once it is public.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::search::{Look, Similar, SimilarError};
use crate::domain::embedding::Embedding;
use crate::domain::id::{ProductId, UserId};
use crate::domain::likeness;
use crate::domain::mail::{CopyFacts, Letter, Mail};
use crate::domain::product::Product;
use crate::domain::user::User;
use crate::ports::clock::Clock;
use crate::ports::outbox::Task;
use crate::ports::products::CopyNotice;
use crate::ports::store::{StoreError, StoreResult, UnitOfWork};
use crate::services::retry::{contended, retrying};

/// Copies of one picture that are looked at; more make no difference to whose is the earliest by much.
const MOST: usize = 50;
/// Whoever was never told by name.
const NOBODY: &str = "a member";

/// Notices that one member gets in a day: somebody else's uploads cause them.
const MOST_NOTICES: i64 = 5;
/// Their day.
const DAY: Duration = Duration::from_hours(24);

/// Why nothing was compared.
#[derive(Debug, Error)]
pub enum CompareError {
    /// The search failed.
    #[error(transparent)]
    Similar(#[from] SimilarError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

contended!(CompareError);

/// Recognises pictures.
#[derive(Clone)]
pub struct Duplicates {
    /// Finds what looks alike.
    pub similar: Similar,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

impl Duplicates {
    /// The earliest product that shows the same picture, where it is another member's. Hidden ones count, too: who may
    /// see them is decided when it is shown. An owner's own earlier copy makes theirs the original. Never waits for an
    /// index that is being filled.
    pub async fn earlier(
        &self,
        owner: UserId,
        hash: u64,
        embedding: &Embedding,
    ) -> Result<Option<ProductId>, SimilarError> {
        if !self.similar.follower.is_filled() {
            return Err(SimilarError::NotReady);
        }
        let same = self.same(hash, embedding).await?;
        let earliest = same.into_iter().min_by_key(|product| product.id);
        Ok(earliest
            .filter(|product| product.owner != owner)
            .map(|product| product.id))
    }

    /// Products that show the same picture, among the most alike.
    async fn same(&self, hash: u64, embedding: &Embedding) -> Result<Vec<Product>, SimilarError> {
        let similar = Similar {
            least: likeness::LEAST_SIMILARITY,
            ..self.similar.clone()
        };
        let look = Look {
            embedding: embedding.clone(),
            sha256: None,
            except: None,
        };
        let mut candidates = similar.candidates(&look, MOST).await?.best;
        candidates.truncate(MOST);
        let ids: Vec<ProductId> = candidates.iter().map(|candidate| candidate.id).collect();
        let products = similar.store.products();
        let mut found = products.find_all(UserId::new(0), &ids).await?;
        found.retain(|seen| {
            let candidate = candidates.iter().find(|c| c.id == seen.product.id);
            candidate.is_some_and(|candidate| {
                let other = seen.product.facts.perceptual_hash;
                likeness::same_picture(hash, other, candidate.similarity)
            })
        });
        Ok(found.into_iter().map(|seen| seen.product).collect())
    }

    /// Looks for earlier and later copies of a product and flags what is a copy, then tells the earlier owner if the
    /// copy is public and they do not know yet. Everything that was committed before is compared with.
    pub async fn compare(&self, id: ProductId) -> Result<(), CompareError> {
        let Some(product) = self.find(id).await? else {
            return Ok(());
        };
        let Some(embedding) = self.similar.embedding(id).await? else {
            // The describer has yet to come by; without an embedding nothing can be said.
            return Ok(());
        };
        self.similar.follower.catch_up().await?;
        let hash = product.facts.perceptual_hash;
        let mut same = self.same(hash, &embedding).await?;
        if same.iter().all(|other| other.id != id) {
            same.push(product);
        }
        same.sort_unstable_by_key(|product| product.id);
        let Some((earliest, rest)) = same.split_first() else {
            return Ok(());
        };
        // Ids commit out of order: this one may be the earliest, and the others' search was over before it came.
        let copies = rest.iter().filter(|p| p.owner != earliest.owner);
        for copy in copies.filter(|copy| earliest.id == id || copy.id == id) {
            retrying(|| self.flag(copy.id, earliest.id)).await?;
        }
        Ok(())
    }

    async fn find(&self, id: ProductId) -> StoreResult<Option<Product>> {
        self.similar.store.products().find_for_link(id).await
    }

    /// Flags a copy and orders the notice, under the copy's lock, so that neither happens twice.
    async fn flag(&self, copy: ProductId, earlier: ProductId) -> Result<(), CompareError> {
        let store = &self.similar.store;
        let mut unit = store.begin().await?;
        let Some(copy) = unit.products().lock(&[copy]).await?.pop() else {
            return Ok(());
        };
        let earlier = copy.duplicate_of.unwrap_or(earlier);
        let tell = copy.is_public() && !copy.duplicate_told;
        if copy.duplicate_of.is_some() && !tell {
            return Ok(());
        }
        unit.products()
            .set_duplicate(copy.id, earlier, copy.duplicate_told || tell)
            .await?;
        if tell {
            self.tell(&mut *unit, &copy, earlier).await?;
        }
        Ok(unit.commit().await?)
    }

    /// Orders the notice, unless its recipient knows of this copier and image, or was told often today: then the flag
    /// alone says it.
    async fn tell(
        &self,
        unit: &mut dyn UnitOfWork,
        copy: &Product,
        earlier: ProductId,
    ) -> StoreResult<()> {
        let Some((recipient, mail)) = self.letter(copy, earlier).await? else {
            return Ok(());
        };
        let time = self.clock.now();
        let notice = CopyNotice {
            earlier,
            copier: copy.owner,
            recipient,
            time,
        };
        // Others who tell them wait here.
        unit.users().lock(recipient).await?;
        let products = unit.products();
        if products.was_told(&notice).await?
            || products.count_notices(&notice, time.minus(DAY)).await? >= MOST_NOTICES
        {
            return Ok(());
        }
        products.note_told(&notice).await?;
        unit.outbox().add(&Task::Mail(mail), time).await
    }

    /// What is written to whom; none where the earlier image or its owner is gone. The copy's title is left out: its
    /// owner chose it, and would choose what is mailed to somebody else.
    async fn letter(
        &self,
        copy: &Product,
        earlier: ProductId,
    ) -> StoreResult<Option<(UserId, Mail)>> {
        let Some(earlier) = self.find(earlier).await? else {
            return Ok(None);
        };
        let users = self.similar.store.users();
        let people = users.by_ids(&[earlier.owner, copy.owner]).await?;
        let person = |id: UserId| people.iter().find(|user| user.id == id);
        Ok(person(earlier.owner).and_then(|owner| {
            let facts = CopyFacts {
                title: earlier.listing.title.as_str().to_owned(),
                copy: copy.id.get(),
                other: name(person(copy.owner)),
            };
            let mail = Mail {
                to: owner.email.clone()?,
                username: owner.username.as_str().to_owned(),
                letter: Letter::SamePicture(facts),
            };
            Some((owner.id, mail))
        }))
    }
}

fn name(user: Option<&User>) -> String {
    user.map_or(NOBODY, |user| user.username.as_str())
        .to_owned()
}
