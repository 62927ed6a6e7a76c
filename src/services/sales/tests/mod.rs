//! Buying over plain rows; lists over mocks.

mod checks;
mod faults;
mod keys;
mod lists;
mod records;

use std::sync::Arc;

use super::{BuyError, Purchase, Sales, SalesService as _};
use crate::domain::id::{ProductId, UserId};
use crate::domain::product::Listing;
use crate::domain::sale::Sale;
use crate::domain::session::SessionId;
use crate::domain::user::Role;
use crate::domain::viewer::Viewer;
use crate::services::testing::{Accounts, FakeClock, Rows, listing};

/// A seller with one image for 7.50, and somebody who may buy it.
struct Fair {
    store: Arc<Accounts>,
    clock: Arc<FakeClock>,
    sales: Sales,
    seller: UserId,
    buyer: UserId,
    image: ProductId,
}

fn fair() -> Fair {
    let store = Arc::new(Accounts::default());
    let clock = Arc::new(FakeClock::default());
    let seller = store.member("seller", "seller@example.com");
    let buyer = store.member("buyer", "buyer@example.com");
    let image = store.put_up(seller, listing());
    let sales = Sales {
        store: store.clone(),
        clock: clock.clone(),
    };
    Fair {
        store,
        clock,
        sales,
        seller,
        buyer,
        image,
    }
}

impl Fair {
    async fn buy(&self, who: UserId, purchase: Purchase) -> Result<Sale, BuyError> {
        let bought = self.sales.buy(&viewer(who), purchase).await;
        bought.map(|bought| bought.sale)
    }

    fn change(&self, change: impl FnOnce(&mut Listing)) {
        change(self.store.rows().market.listing(self.image));
    }

    /// Sales, keys and tasks that are committed.
    fn counts(&self) -> [usize; 3] {
        let Rows { market, outbox, .. } = &*self.store.rows();
        [market.sales.len(), market.keys.len(), outbox.len()]
    }
}

fn viewer(user: UserId) -> Viewer {
    Viewer {
        user,
        role: Role::User,
        session: SessionId([1; 16]),
    }
}

fn plain(id: ProductId) -> Purchase {
    Purchase {
        id: id.to_string(),
        ..Purchase::default()
    }
}

fn keyed(id: ProductId, key: &str) -> Purchase {
    Purchase {
        idempotency_key: Some(key.into()),
        ..plain(id)
    }
}

fn expecting(id: ProductId, price: f64) -> Purchase {
    Purchase {
        expected_price: Some(price),
        ..plain(id)
    }
}
