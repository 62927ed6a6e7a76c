//! The best of what a search has met so far.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::domain::embedding::Similarity;
use crate::domain::id::ProductId;
use crate::ports::vectors::Neighbour;

/// At most `limit` neighbours, the worst on top. The order is that of the answer, so that neither the order in which
/// they were met nor their places in memory shows.
pub(super) struct Best {
    least: f64,
    limit: usize,
    heap: BinaryHeap<(Reverse<Similarity>, ProductId)>,
}

impl Best {
    pub fn new(least: Similarity, limit: usize) -> Self {
        Self {
            least: least.get(),
            limit,
            heap: BinaryHeap::new(),
        }
    }

    /// Takes one whose cosine is `score`, give or take `slack`, if it is among the best.
    pub fn offer(&mut self, id: ProductId, score: f64, slack: f64) {
        if score + slack < self.least {
            return;
        }
        let found = (Reverse(Similarity::new(score)), id);
        if self.heap.len() < self.limit {
            self.heap.push(found);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && found < *worst
        {
            *worst = found;
        }
    }

    /// Most alike first.
    pub fn into_neighbours(self) -> Vec<Neighbour> {
        let sorted = self.heap.into_sorted_vec().into_iter();
        sorted
            .map(|(Reverse(similarity), id)| Neighbour { id, similarity })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(limit: usize, offers: &[(i64, f64)]) -> Vec<i64> {
        let mut best = Best::new(Similarity::new(0.5), limit);
        for (id, score) in offers {
            best.offer(ProductId::new(*id), *score, 0.01);
        }
        let found = best.into_neighbours();
        found.iter().map(|neighbour| neighbour.id.get()).collect()
    }

    #[test]
    fn the_best_are_kept_with_ties_by_id() {
        let mut offers = [(4, 0.7), (1, 0.6), (3, 0.7), (2, 0.9), (5, 0.7)];
        for _ in 0..offers.len() {
            offers.rotate_left(1);
            assert_eq!(best(3, &offers), [2, 3, 4], "{offers:?}");
            assert_eq!(best(usize::MAX, &offers), [2, 3, 4, 5, 1], "{offers:?}");
            assert_eq!(best(0, &offers), [0_i64; 0]);
        }
    }

    #[test]
    fn what_may_be_alike_enough_is_kept() {
        assert_eq!(best(9, &[(1, 0.495), (2, 0.485)]), [1]);
    }
}
