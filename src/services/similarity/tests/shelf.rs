//! Pictures to be searched: rows, and mocks of the readers that answer from them.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::*;
use crate::domain::page::{Page, PageRequest};
use crate::domain::product::{Product, Seen};
use crate::domain::search::ProductFilter;
use crate::domain::session::SessionId;
use crate::domain::user::Role;
use crate::domain::viewer::Viewer;
use crate::services::similarity::{Alike, Look, Similar, SimilarError};
use crate::services::testing::FakeStore;

/// The file of the picture that is searched by.
pub const SHA256: [u8; 32] = [7; 32];

/// Its owner, and who looks at it.
pub const OWNER: UserId = UserId::new(1);
pub const VIEWER: Viewer = Viewer {
    user: UserId::new(2),
    role: Role::User,
    session: SessionId([1; 16]),
};

type Rows = Arc<Mutex<BTreeMap<ProductId, (Product, Embedding)>>>;

/// What stands on it is found by the picture that points at 0 degrees.
pub struct Shelf {
    rows: Rows,
    pub index: Arc<ExactIndex>,
    pub similar: Similar,
    template: Product,
}

impl Shelf {
    pub async fn new() -> Self {
        let (rows, index) = (Rows::default(), Arc::new(ExactIndex::default()));
        let store = Arc::new(store(&rows));
        let similar = duplicates(store, index.clone()).similar;
        similar.follower.reconcile().await.unwrap();
        let accounts = Accounts::default();
        let id = accounts.put_up(OWNER, listing());
        let template = accounts.rows().market.product(id).unwrap().clone();
        Self {
            rows,
            index,
            similar,
            template,
        }
    }

    /// Puts a product up, embedded and indexed, that may be changed first.
    pub fn put(&self, degrees: f32, change: impl FnOnce(&mut Product)) -> ProductId {
        let mut rows = self.rows.lock().unwrap();
        let id = ProductId::new(i64::try_from(rows.len()).unwrap() + 1);
        let mut product = self.template.clone();
        product.id = id;
        change(&mut product);
        rows.insert(id, (product, pointing(degrees)));
        self.index.hold(id, &pointing(degrees));
        id
    }

    pub async fn page(&self, request: &PageRequest) -> Page<Alike> {
        self.search(&for_sale(), &look(), request).await.unwrap()
    }

    pub async fn search(
        &self,
        filter: &ProductFilter,
        look: &Look,
        request: &PageRequest,
    ) -> Result<Page<Alike>, SimilarError> {
        self.similar.page(&VIEWER, filter, look, request).await
    }

    /// The limits of the searches of the index since the last call.
    pub fn limits(&self) -> Vec<usize> {
        std::mem::take(&mut *self.index.limits.lock().unwrap())
    }
}

/// The one filter that the rows know.
pub fn for_sale() -> ProductFilter {
    ProductFilter {
        for_sale: Some(true),
        ..ProductFilter::default()
    }
}

pub fn look() -> Look {
    Look {
        embedding: pointing(0.0),
        sha256: Some(SHA256),
        except: None,
    }
}

pub fn ids(page: &Page<Alike>) -> Vec<ProductId> {
    page.rows.iter().map(|row| row.seen.product.id).collect()
}

/// A reader that filters, but forgets the access rule.
fn store(rows: &Rows) -> FakeStore {
    let mut store = FakeStore::default();
    let held = rows.clone();
    store
        .products
        .expect_among()
        .returning(move |_, filter, ids| {
            let rows = held.lock().unwrap();
            let asked = ids.iter().filter_map(|id| rows.get(id));
            let passed = asked.filter(|(product, _)| {
                let for_sale = product.listing.for_sale;
                filter.for_sale.is_none_or(|flag| flag == for_sale)
            });
            let seen = passed.map(|(product, _)| Seen {
                product: product.clone(),
                bought: false,
            });
            Ok(seen.collect())
        });
    store
        .products
        .expect_count_among()
        .returning(|_, _, ids| Ok(i64::try_from(ids.len()).unwrap()));
    let held = rows.clone();
    // Nothing came from other servers.
    let written = store.embeddings.expect_written_since();
    written.returning(|_, _| Ok(Vec::new()));
    store.embeddings.expect_of().returning(move |_, ids| {
        let rows = held.lock().unwrap();
        // In no order.
        let found = ids.iter().rev().filter_map(|id| {
            let (_, embedding) = rows.get(id)?;
            Some((*id, embedding.clone()))
        });
        Ok(found.collect())
    });
    store
        .embeddings
        .expect_ids_after()
        .returning(|_, _, _| Ok(Vec::new()));
    store
}
