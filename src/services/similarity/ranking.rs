//! The order of a search by picture: most alike first, of equally alike ones identical files first, then by id.

use std::cmp::{Ordering, Reverse};

use crate::domain::cursor::Cursor;
use crate::domain::embedding::Similarity;
use crate::domain::id::ProductId;
use crate::domain::page::PageRequest;
use crate::domain::product::Seen;

use super::search::{Alike, SIMILARITY_ORDER};

/// A place in the order: larger keys first, then lower ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    key: i64,
    id: i64,
}

impl Place {
    pub fn of(similarity: Similarity, identical: bool, id: ProductId) -> Self {
        Self {
            key: i64::from(similarity.millionths()) * 2 + i64::from(identical),
            id: id.get(),
        }
    }

    /// The earliest place that is so alike.
    pub fn first(similarity: Similarity) -> Self {
        Self::of(similarity, true, ProductId::new(i64::MIN))
    }

    pub const fn at(cursor: Cursor) -> Self {
        Self {
            key: cursor.key,
            id: cursor.id,
        }
    }

    pub const fn cursor(self) -> Cursor {
        Cursor {
            order: SIMILARITY_ORDER,
            key: self.key,
            id: self.id,
        }
    }

    /// What sorts first is smaller.
    const fn sorting(self) -> (Reverse<i64>, i64) {
        (Reverse(self.key), self.id)
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        self.sorting().cmp(&other.sorting())
    }
}

/// Candidates that cannot stand on the page, whatever their files are, need not be looked at.
pub(super) fn may_stand(request: &PageRequest, id: ProductId, similarity: Similarity) -> bool {
    let earliest = Place::of(similarity, true, id);
    let latest = Place::of(similarity, false, id);
    let behind = request.after.is_none_or(|at| latest > Place::at(at));
    let before = request.before.is_none_or(|at| earliest < Place::at(at));
    behind && before
}

/// What was found, in order, within the request's bounds and in the direction of its walk.
pub(super) fn walk(request: &PageRequest, mut found: Vec<Alike>) -> Vec<Alike> {
    found.retain(|alike| {
        let behind = request.after.is_none_or(|at| alike.place > Place::at(at));
        let before = request.before.is_none_or(|at| alike.place < Place::at(at));
        behind && before
    });
    found.sort_unstable_by_key(|alike| alike.place);
    if request.backward {
        found.reverse();
    }
    found.truncate(request.size as usize + 1);
    found
}

/// A product that was found, in its place.
pub(super) fn alike(seen: Seen, similarity: Similarity, sha256: Option<[u8; 32]>) -> Alike {
    let identical = sha256 == Some(seen.product.facts.sha256);
    Alike {
        place: Place::of(similarity, identical, seen.product.id),
        similarity,
        seen,
    }
}
