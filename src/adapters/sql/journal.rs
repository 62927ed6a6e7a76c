//! The journal of uploads.

use async_trait::async_trait;

use super::statement::{Sql, Value};
use super::unit::SqlUnit;
use crate::domain::timestamp::Timestamp;
use crate::ports::journal::Journal;
use crate::ports::store::StoreResult;

#[async_trait]
impl Journal for SqlUnit {
    async fn open(&mut self, keys: &[String], now: Timestamp) -> StoreResult<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut sql = Sql::new("INSERT INTO journal (object_key, created) VALUES ");
        sql.rows(
            keys.iter()
                .map(|key| vec![Value::from(key), now.into()])
                .collect(),
        );
        self.unit.run(sql).await.map(|_| ())
    }

    async fn close(&mut self, keys: &[String]) -> StoreResult<bool> {
        let mut closed = 0;
        for key in in_order(keys.to_vec()) {
            closed += take(self, &key).await?;
        }
        Ok(closed == keys.len() as u64)
    }

    async fn take_stale(&mut self, before: Timestamp, limit: u32) -> StoreResult<Vec<String>> {
        let stale = Sql::new(
            "SELECT object_key FROM journal WHERE created < ? ORDER BY created, object_key LIMIT ?",
        )
        .bind(before)
        .bind(limit);
        let rows: Vec<(String,)> = self.unit.all(stale).await?;
        let mut taken = Vec::new();
        // What an upload has closed meanwhile is not ours.
        for key in in_order(rows.into_iter().map(|(key,)| key).collect()) {
            if take(self, &key).await? == 1 {
                taken.push(key);
            }
        }
        Ok(taken)
    }
}

/// Uploads and the sweeper lock the same rows: both in this order, so that they never wait for each other in a ring.
fn in_order(mut keys: Vec<String>) -> Vec<String> {
    keys.sort_unstable();
    keys
}

async fn take(of: &mut SqlUnit, key: &str) -> StoreResult<u64> {
    let sql = Sql::new("DELETE FROM journal WHERE object_key = ?").bind(key);
    Ok(of.unit.run(sql).await?.rows)
}
