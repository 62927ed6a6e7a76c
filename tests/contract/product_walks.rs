//! Walks by keyset while others write: what stays is met once, in order.

use std::collections::HashSet;

use shotify::adapters::sql::SqlStore;
use shotify::domain::cursor::Cursor;
use shotify::domain::id::{ProductId, UserId};
use shotify::domain::page::PageRequest;
use shotify::domain::product::Product;
use shotify::domain::search::{ProductFilter, ProductOrder};
use shotify::ports::store::Store;

use crate::support::{Draft, at, confirmed, contract, put_up, unit};

contract! {
    walks_neither_skip_nor_repeat_while_rows_come_and_go,
}

/// A product whose keys have many ties.
async fn add(store: &SqlStore, owner: UserId, n: i64) -> ProductId {
    let draft = Draft::of(owner, &format!("p{n}"))
        .created(at(n % 5))
        .priced((n % 3) * 100, (n % 4) * 10);
    put_up(store, &draft).await
}

async fn remove(store: &SqlStore, id: ProductId) {
    let mut unit = unit(store).await;
    unit.products().remove(id).await.unwrap();
    unit.commit().await.unwrap();
}

struct Walk {
    order: ProductOrder,
    backward: bool,
    met: Vec<Product>,
}

impl Walk {
    fn next(&self) -> PageRequest {
        let place = self.met.last().map(|product| Cursor {
            order: self.order.symbol(),
            key: self.order.key(product),
            id: product.id.get(),
        });
        PageRequest {
            size: 4,
            backward: self.backward,
            after: place.filter(|_| !self.backward),
            before: place.filter(|_| self.backward),
        }
    }

    fn check(&self, stayed: &HashSet<ProductId>) {
        let ids: Vec<_> = self.met.iter().map(|product| product.id).collect();
        let distinct: HashSet<_> = ids.iter().copied().collect();
        assert_eq!(distinct.len(), ids.len(), "met twice: {ids:?}");
        assert!(stayed.is_subset(&distinct), "skipped: {ids:?}");
        let keys: Vec<_> = self.met.iter().map(|p| (self.order.key(p), p.id)).collect();
        let descending = self.order.descending() != self.backward;
        assert!(
            keys.is_sorted_by(|a, b| if descending { a > b } else { a < b }),
            "{keys:?}"
        );
    }
}

async fn walk(store: &SqlStore, owner: UserId, order: ProductOrder, backward: bool) {
    let mut ids = Vec::new();
    for n in 0..24 {
        ids.push(add(store, owner, n).await);
    }
    let mut stayed: HashSet<_> = ids.iter().copied().collect();
    let mut walk = Walk {
        order,
        backward,
        met: Vec::new(),
    };
    for step in 0.. {
        let page = walk.next();
        let rows = store
            .products()
            .page(owner, &ProductFilter::default(), order, &page)
            .await
            .unwrap();
        let more = rows.len() > page.size as usize;
        let rows = rows.into_iter().take(page.size as usize);
        walk.met.extend(rows.map(|seen| seen.product));
        if !more {
            break;
        }
        if step < 10 {
            add(store, owner, 100 + step * 7).await;
            // One that was met, or will not be: either way its place must not matter.
            let gone = ids.swap_remove(usize::try_from(step * 5).unwrap() % ids.len());
            remove(store, gone).await;
            stayed.remove(&gone);
        }
    }
    walk.check(&stayed);
}

async fn walks_neither_skip_nor_repeat_while_rows_come_and_go(store: SqlStore) {
    for order in ProductOrder::ALL {
        for backward in [false, true] {
            let owner = confirmed(&store, &format!("{order:?}-{backward}")).await;
            walk(&store, owner, order, backward).await;
            clear(&store, owner).await;
        }
    }
}

async fn clear(store: &SqlStore, owner: UserId) {
    let page = PageRequest::front(100);
    let filter = ProductFilter {
        owner: Some(Some(owner)),
        ..ProductFilter::default()
    };
    let left = store
        .products()
        .page(owner, &filter, ProductOrder::Newest, &page)
        .await;
    for seen in left.unwrap() {
        remove(store, seen.product.id).await;
    }
}
