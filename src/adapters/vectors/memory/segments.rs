//! Where the vectors are: in segments that searches share and writers copy when they must.
//!
//! A search takes the list of segments as it is at that moment and needs no lock any more. A writer who changes a
//! segment that a search still reads changes a copy of it, of a megabyte or so, and the search goes on with the old.
//! No vector ever moves because another is added: memory does not double while an index grows.

use std::collections::HashMap;
use std::sync::Arc;

use pulp::Arch;

use crate::domain::id::ProductId;

use super::best::Best;
use super::codes::{Codes, Query};

/// Vectors of a segment.
const SIZE: usize = 1024;

/// Up to [`SIZE`] vectors.
pub(super) struct Segment {
    dimensions: usize,
    ids: Vec<ProductId>,
    scales: Vec<f32>,
    parts: Vec<i8>,
}

impl Segment {
    /// With room for all that it may hold; a page of it is taken from the system when it is first written.
    fn new(dimensions: usize) -> Self {
        Self {
            dimensions,
            ids: Vec::with_capacity(SIZE),
            scales: Vec::with_capacity(SIZE),
            parts: Vec::with_capacity(SIZE * dimensions),
        }
    }

    pub fn ids(&self) -> &[ProductId] {
        &self.ids
    }

    pub fn search(&self, arch: Arch, query: &Query, best: &mut Best) {
        let mut products = Vec::with_capacity(self.ids.len());
        query.products(arch, &self.parts, &mut products);
        let kept = self.ids.iter().zip(&self.scales);
        for ((id, scale), product) in kept.zip(products) {
            let (score, slack) = query.score(product, *scale);
            best.offer(*id, score, slack);
        }
    }

    fn push(&mut self, id: ProductId, codes: &Codes) {
        self.ids.push(id);
        self.scales.push(codes.scale);
        self.parts.extend_from_slice(&codes.parts);
    }

    fn replace(&mut self, at: usize, id: ProductId, codes: &Codes) {
        self.ids[at] = id;
        self.scales[at] = codes.scale;
        let from = at * self.dimensions;
        self.parts[from..from + self.dimensions].copy_from_slice(&codes.parts);
    }

    fn pop(&mut self) -> Option<(ProductId, Codes)> {
        let (id, scale) = (self.ids.pop()?, self.scales.pop()?);
        let parts = self.parts.split_off(self.ids.len() * self.dimensions);
        Some((id, Codes { parts, scale }))
    }
}

impl Clone for Segment {
    /// A copy has room for all, too, where a derived one would have to move its vectors for the next.
    fn clone(&self) -> Self {
        let mut copy = Self::new(self.dimensions);
        copy.ids.extend_from_slice(&self.ids);
        copy.scales.extend_from_slice(&self.scales);
        copy.parts.extend_from_slice(&self.parts);
        copy
    }
}

/// All vectors without a gap: each segment but the last is full, and the last holds at least one.
pub(super) struct Segments {
    dimensions: usize,
    all: Vec<Arc<Segment>>,
    places: HashMap<ProductId, usize>,
}

impl Segments {
    pub fn new(dimensions: usize) -> Self {
        Self {
            dimensions,
            all: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// All segments as they are now.
    pub fn snapshot(&self) -> Vec<Arc<Segment>> {
        self.all.clone()
    }

    /// Adds, or replaces; `codes` has as many parts as all others.
    pub fn put(&mut self, id: ProductId, codes: &Codes) {
        match self.places.get(&id) {
            Some(&place) => self.replace(place, id, codes),
            None => self.push(id, codes),
        }
    }

    /// Puts the last one where the removed one was.
    pub fn remove(&mut self, id: ProductId) {
        let Some(place) = self.places.remove(&id) else {
            return;
        };
        if let Some((last, codes)) = self.pop()
            && last != id
        {
            self.replace(place, last, &codes);
            self.places.insert(last, place);
        }
    }

    fn replace(&mut self, place: usize, id: ProductId, codes: &Codes) {
        let segment = Arc::make_mut(&mut self.all[place / SIZE]);
        segment.replace(place % SIZE, id, codes);
    }

    fn push(&mut self, id: ProductId, codes: &Codes) {
        let place = self.places.len();
        if place / SIZE == self.all.len() {
            self.all.push(Arc::new(Segment::new(self.dimensions)));
        }
        Arc::make_mut(&mut self.all[place / SIZE]).push(id, codes);
        self.places.insert(id, place);
    }

    fn pop(&mut self) -> Option<(ProductId, Codes)> {
        let last = Arc::make_mut(self.all.last_mut()?);
        let popped = last.pop();
        if last.ids.is_empty() {
            self.all.pop();
        }
        popped
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn codes(of: i8) -> Codes {
        let parts = vec![of, 1];
        Codes {
            parts,
            scale: f32::from(of),
        }
    }

    fn filled(count: usize) -> Segments {
        let mut segments = Segments::new(2);
        for id in (1..).take(count) {
            segments.put(ProductId::new(id), &codes(1));
        }
        segments
    }

    /// What each id has, and that nothing contradicts itself.
    fn held(segments: &[Arc<Segment>]) -> BTreeMap<i64, i8> {
        let mut held = BTreeMap::new();
        for segment in segments {
            for (at, parts) in segment.parts.chunks(2).enumerate() {
                assert_eq!(segment.scales[at].to_bits(), f32::from(parts[0]).to_bits());
                assert_eq!(held.insert(segment.ids[at].get(), parts[0]), None);
            }
        }
        held
    }

    #[test]
    fn a_snapshot_stays_as_it_is_and_shares_what_is_not_written() {
        let mut segments = filled(3 * SIZE);
        let before = segments.snapshot();
        segments.put(ProductId::new(1), &codes(9));
        segments.remove(ProductId::new(2));
        let after = segments.snapshot();
        let shared: Vec<_> = before
            .iter()
            .zip(&after)
            .map(|(b, a)| Arc::ptr_eq(b, a))
            .collect();
        assert_eq!(shared, [false, true, false]);
        assert_eq!((held(&before)[&1], held(&after)[&1]), (1, 9));
        assert_eq!(
            (held(&before).len(), held(&after).len()),
            (3 * SIZE, 3 * SIZE - 1)
        );
    }

    #[test]
    fn what_nobody_reads_is_written_in_place() {
        let mut segments = filled(1);
        let place = Arc::as_ptr(&segments.all[0]);
        let rooms = segments.all[0].parts.as_ptr();
        for id in 2..=1024 {
            segments.put(ProductId::new(id), &codes(1));
        }
        assert_eq!(
            (Arc::as_ptr(&segments.all[0]), segments.all.len()),
            (place, 1)
        );
        assert_eq!(segments.all[0].parts.as_ptr(), rooms);
    }

    #[test]
    fn a_copy_has_room_for_what_comes() {
        let mut segments = filled(1);
        let _read = segments.snapshot();
        segments.put(ProductId::new(2), &codes(1));
        assert_eq!(segments.all[0].parts.capacity(), 2 * SIZE);
    }

    #[test]
    fn an_empty_segment_goes() {
        let mut segments = filled(SIZE + 1);
        segments.remove(ProductId::new(5));
        assert_eq!(segments.all.len(), 1);
        for id in 1..=1025 {
            segments.remove(ProductId::new(id));
        }
        assert!(segments.all.is_empty() && segments.places.is_empty());
    }

    proptest! {
        #[test]
        fn it_holds_what_a_map_would_hold(
            steps in prop::collection::vec((1..40_i64, prop::option::of(1..100_i8)), 0..200),
        ) {
            let mut map = held(&filled(SIZE - 5).snapshot());
            let mut segments = filled(SIZE - 5);
            for (id, put) in steps {
                let id = id * 30;
                if let Some(value) = put {
                    segments.put(ProductId::new(id), &codes(value));
                    map.insert(id, value);
                } else {
                    segments.remove(ProductId::new(id));
                    map.remove(&id);
                }
            }
            prop_assert_eq!(held(&segments.snapshot()), map);
        }
    }
}
