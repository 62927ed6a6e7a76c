//! Every other way to products, against the same model: by id, several at once, of each owner, and what labels tell.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

impl Model {
    /// What a viewer may do with each product, by its own id.
    fn seen(&self, viewer: UserId) -> BTreeMap<ProductId, Seen> {
        let all = self.entries.iter().map(|entry| {
            let product = entry.product.clone();
            let bought = self.sales.contains(&(viewer, product.id));
            (product.id, Seen { product, bought })
        });
        all.collect()
    }

    /// The newest of each owner that the viewer may see.
    fn newest_of(&self, viewer: UserId, owners: &[UserId], limit: usize) -> Vec<Seen> {
        let distinct: BTreeSet<UserId> = owners.iter().copied().collect();
        let of_one = |owner: UserId| {
            let filter = ProductFilter {
                owner: Some(Some(owner)),
                ..ProductFilter::default()
            };
            let mut list = self.list(viewer, &filter, ProductOrder::Newest);
            list.truncate(limit);
            list
        };
        distinct.into_iter().flat_map(of_one).collect()
    }

    /// How many of what the viewer may see carry each label that begins so, most first, then by name.
    fn label_counts(&self, viewer: UserId, prefix: &str) -> Vec<(String, i64)> {
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| self.sees(viewer, entry)) {
            let labels: BTreeSet<&str> = entry.draft.labels.iter().map(Label::as_str).collect();
            for label in labels.into_iter().filter(|label| label.starts_with(prefix)) {
                *counts.entry(label.to_owned()).or_default() += 1;
            }
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(label, count)| (-count, label.clone()));
        counts
    }
}

/// Z1 Z2
pub(super) async fn every_way_to_products_leads_where_the_model_says(store: SqlStore) {
    let mut dice = Dice(TestRunner::deterministic());
    let model = filled(&store, &mut dice).await;
    let stranger = confirmed(&store, "stranger").await;
    for viewer in [model.members.clone(), vec![stranger]].concat() {
        by_id(&store, &model, viewer).await;
        for limit in [1, 3, 100] {
            let owners = [&model.members[..], &model.members[..1], &[stranger]].concat();
            let mut found = store
                .products()
                .newest_of(viewer, &owners, limit)
                .await
                .unwrap();
            // Each owner's stand in their order; the owners in any.
            found.sort_by_key(|seen| seen.product.owner);
            assert_eq!(
                found,
                model.newest_of(viewer, &owners, limit as usize),
                "{viewer} {limit}"
            );
        }
        for prefix in ["", "s", "sea", "50%", "b_", "%", "_"] {
            let found = store
                .products()
                .label_counts(viewer, prefix, 100)
                .await
                .unwrap();
            let found: Vec<_> = found
                .into_iter()
                .map(|c| (c.label.as_str().to_owned(), c.count))
                .collect();
            assert_eq!(
                found,
                model.label_counts(viewer, prefix),
                "{viewer} {prefix:?}"
            );
        }
    }
}

/// Reading by id tells whoever asks; what they may do with it is then judged, and must be judged from the same facts.
async fn by_id(store: &SqlStore, model: &Model, viewer: UserId) {
    let expected = model.seen(viewer);
    let ids: Vec<ProductId> = expected
        .keys()
        .copied()
        .chain([ProductId::new(999_999)])
        .collect();
    let all = store.products().find_all(viewer, &ids).await.unwrap();
    let all: BTreeMap<ProductId, Seen> = all
        .into_iter()
        .map(|seen| (seen.product.id, seen))
        .collect();
    assert_eq!(all, expected, "{viewer}");
    for (id, seen) in &expected {
        let one = store.products().find(viewer, *id).await.unwrap().unwrap();
        assert_eq!(one.access(viewer), seen.access(viewer), "{viewer} {id}");
    }
    let everything = store
        .products()
        .page(
            viewer,
            &ProductFilter::default(),
            ProductOrder::Newest,
            &PageRequest::front(100),
        )
        .await;
    let listed: BTreeSet<ProductId> = everything
        .unwrap()
        .iter()
        .map(|seen| seen.product.id)
        .collect();
    let visible = expected
        .values()
        .filter(|seen| seen.access(viewer).see)
        .map(|seen| seen.product.id);
    assert_eq!(
        listed,
        visible.collect(),
        "{viewer}: a list shows what single reads allow"
    );
}
