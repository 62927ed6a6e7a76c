//! A page whose keys come from a replica and whose rows come from the primary.

use std::collections::HashMap;

use super::{Answer, Replicas};
use crate::adapters::sql::SqlStore;
use crate::adapters::sql::products::{count_statement, keys_statement};
use crate::adapters::sql::statement::Sql;
use crate::domain::cursor::Cursor;
use crate::domain::id::{ProductId, UserId};
use crate::domain::page::PageRequest;
use crate::domain::product::Seen;
use crate::domain::search::{ProductFilter, ProductOrder};
use crate::observe::table;
use crate::ports::products::ProductReader as _;
use crate::ports::store::StoreResult;

/// How often a page is filled up. Whoever finds so much hidden is better served by the primary.
const ROUNDS: usize = 4;

/// What is looked for, and by whom.
#[derive(Debug, Clone, Copy)]
pub(in crate::adapters::sql) struct Seeking<'a> {
    pub viewer: UserId,
    pub filter: &'a ProductFilter,
}

impl Replicas {
    /// The rows of a page in the direction of the walk, one more than wanted where there are more.
    pub async fn page(
        &self,
        store: &SqlStore,
        seeking: Seeking<'_>,
        order: ProductOrder,
        page: &PageRequest,
    ) -> Answer<Vec<Seen>> {
        let wanted = page.size as usize + 1;
        let (mut rows, mut from) = (Vec::new(), *page);
        for _ in 0..ROUNDS {
            let Some((keys, writes)) = self.keys(seeking, order, &from).await? else {
                return served(None);
            };
            let Some(more) = current(store, seeking, order, &keys, writes).await? else {
                return served(None);
            };
            let asked = from.size as usize + 1;
            rows.extend(more);
            if rows.len() >= wanted || keys.len() < asked {
                return served(Some(rows));
            }
            from = behind(&from, order, &keys, wanted - rows.len());
        }
        served(None)
    }

    /// Ids and sort keys from one replica, and how much of the viewer's writing it knew of. Its place is free again
    /// while the primary is asked.
    async fn keys(
        &self,
        seeking: Seeking<'_>,
        order: ProductOrder,
        page: &PageRequest,
    ) -> Answer<(Vec<(i64, i64)>, i64)> {
        let Some(mut seat) = self.seat(seeking.viewer).await else {
            return Ok(None);
        };
        let sql = keys_statement(seat.held.pool(), seeking, order, page);
        let keys = seat.ask(sql).await?;
        Ok(keys.map(|keys| (keys, seat.writes)))
    }

    /// How many a search finds, which may be as old as the replica is behind.
    pub async fn count(&self, store: &SqlStore, seeking: Seeking<'_>) -> Answer<i64> {
        let Some(mut seat) = self.seat(seeking.viewer).await else {
            return served(None);
        };
        let counts: Option<Vec<(i64,)>> = seat.ask(count_statement(seeking)).await?;
        let is_current = writes(store, seeking.viewer).await? <= seat.writes;
        let count = counts.and_then(|rows| rows.first().map(|row| row.0));
        served(count.filter(|_| is_current))
    }
}

/// Counts who served.
#[expect(clippy::unnecessary_wraps, reason = "spares every caller the Ok")]
fn served<T>(answer: Option<T>) -> Answer<T> {
    let from = if answer.is_some() {
        "replica"
    } else {
        "primary"
    };
    table::SQL_LISTS.with([from]).increment(1);
    Ok(answer)
}

/// The rows of these keys as they are now, in their order: those that may still be seen, still fit and still stand at
/// their place. None where the viewer has written what the replica does not know.
async fn current(
    store: &SqlStore,
    seeking: Seeking<'_>,
    order: ProductOrder,
    keys: &[(i64, i64)],
    known: i64,
) -> Answer<Vec<Seen>> {
    let ids: Vec<ProductId> = keys.iter().map(|(id, _)| ProductId::new(*id)).collect();
    let rows = store.among(seeking.viewer, seeking.filter, &ids);
    let (rows, writes) = tokio::try_join!(rows, writes(store, seeking.viewer))?;
    if writes > known {
        return Ok(None);
    }
    let rows = rows.into_iter().map(|seen| (seen.product.id, seen));
    let mut rows: HashMap<ProductId, Seen> = rows.collect();
    let row = |(id, key): &(i64, i64)| {
        let seen = rows.remove(&ProductId::new(*id))?;
        (order.key(&seen.product) == *key).then_some(seen)
    };
    Ok(Some(keys.iter().filter_map(row).collect()))
}

async fn writes(store: &SqlStore, viewer: UserId) -> StoreResult<i64> {
    let sql = Sql::new("SELECT writes FROM member_writes WHERE member_id = ?").bind(viewer);
    let row: Option<(i64,)> = store.read.optional(sql).await?;
    Ok(row.map_or(0, |(writes,)| writes))
}

/// The rest of the walk behind the last of these keys.
fn behind(
    page: &PageRequest,
    order: ProductOrder,
    keys: &[(i64, i64)],
    rows: usize,
) -> PageRequest {
    let last = keys.last().map(|(id, key)| Cursor {
        order: order.symbol(),
        key: *key,
        id: *id,
    });
    let size = u32::try_from(rows.saturating_sub(1)).unwrap_or(page.size);
    let mut rest = PageRequest { size, ..*page };
    if page.backward {
        rest.before = last.or(page.before);
    } else {
        rest.after = last.or(page.after);
    }
    rest
}
