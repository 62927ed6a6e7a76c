//! Who wrote in a unit of work, so that they see it at once whichever server they ask ([`replicas`](super::replicas)).

use std::collections::{BTreeSet, HashMap};

use super::database::{Engine, Unit};
use super::statement::Sql;
use crate::domain::id::{ProductId, UserId};
use crate::domain::product::Product;
use crate::ports::store::StoreResult;

/// Members whose lists a unit changes.
#[derive(Debug, Default)]
pub(super) struct Marks {
    owners: HashMap<ProductId, UserId>,
    writers: BTreeSet<UserId>,
}

impl Marks {
    /// Remembers whose these are.
    pub fn met(&mut self, products: &[Product]) {
        let owned = products.iter().map(|product| (product.id, product.owner));
        self.owners.extend(owned);
    }

    /// A product was changed, which MUST have been locked before or be new.
    pub fn changed(&mut self, product: ProductId) {
        self.writers.extend(self.owners.get(&product));
    }

    /// A member wrote something.
    pub fn wrote(&mut self, member: UserId) {
        self.writers.insert(member);
    }

    /// Adds one to each writer's count, as the last of the unit: in order, and locked for a moment only.
    pub async fn leave(self, unit: &mut Unit) -> StoreResult<()> {
        if self.writers.is_empty() || matches!(unit.transaction, Engine::Sqlite(_)) {
            return Ok(());
        }
        let rows = self
            .writers
            .iter()
            .map(|writer| vec![(*writer).into(), 1_i64.into()]);
        let mut sql = Sql::new("INSERT INTO member_writes (member_id, writes) VALUES ");
        sql.rows(rows.collect())
            .push(" ON DUPLICATE KEY UPDATE writes = writes + 1");
        unit.run(sql).await.map(|_| ())
    }
}
