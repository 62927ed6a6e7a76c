//! Knowing which replicas are near enough.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures::future::join_all;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::task::AbortOnDropHandle;

use super::{Database, MOST_LAG, PROMPT, Replica, Replicas};
use crate::adapters::sql::meter::in_background;
use crate::adapters::sql::statement::Sql;
use crate::observe::table;
use crate::ports::store::StoreResult;

const EVERY: Duration = Duration::from_secs(1);

/// Beats, and asks each replica how far it is, until the replicas are dropped.
pub(super) fn run(replicas: Weak<Replicas>, primary: Database) -> AbortOnDropHandle<()> {
    let work = async move {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut latest = Latest::default();
        loop {
            ticks.tick().await;
            let Some(replicas) = replicas.upgrade() else {
                return;
            };
            round(&replicas, &primary, &mut latest).await;
        }
    };
    AbortOnDropHandle::new(tokio::spawn(in_background(work)))
}

async fn round(replicas: &Arc<Replicas>, primary: &Database, latest: &mut Latest) {
    // The beat of the round before: what was just written no replica can have yet, and after a pause of the primary all
    // of them would seem to be behind by its length.
    if let Some(beat) = latest.replace_with(primary).await {
        replicas.beat.store(beat, Ordering::Relaxed);
    }
    let known = replicas.beat.load(Ordering::Relaxed);
    let all = replicas.all.iter().enumerate();
    join_all(all.map(|(number, replica)| replica.examine(number, known))).await;
}

/// The primary's latest beat.
#[derive(Default)]
struct Latest(Option<i64>);

impl Latest {
    /// Beats, and answers with the beat before.
    async fn replace_with(&mut self, primary: &Database) -> Option<i64> {
        match timeout(PROMPT, beat(primary)).await {
            Ok(Ok(at)) => return self.0.replace(at),
            // Without the primary there is no page at all; what is known of the replicas stays.
            Ok(Err(error)) => tracing::debug!(%error, "the primary takes no beat"),
            Err(_) => tracing::debug!("the primary takes no beat in time"),
        }
        None
    }
}

/// Writes a beat by the primary's clock, unless another server just did. Answers with the latest.
async fn beat(primary: &Database) -> StoreResult<i64> {
    const NOW: &str = "CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)";
    let sql = format!("UPDATE beats SET at = {NOW} WHERE id = 1 AND ABS({NOW} - at) > 500000");
    primary.run(Sql::new(sql)).await?;
    applied(primary).await
}

/// The latest beat that a server has.
async fn applied(database: &Database) -> StoreResult<i64> {
    let (at,): (i64,) = database
        .one(Sql::new("SELECT at FROM beats WHERE id = 1"))
        .await?;
    Ok(at)
}

impl Replica {
    async fn examine(&self, number: usize, known: i64) {
        let answer = timeout(PROMPT, applied(&self.database)).await;
        let lag = match answer {
            Ok(Ok(at)) => known.saturating_sub(at),
            Ok(Err(_)) if self.database.is_full() => return,
            Ok(Err(error)) => return self.leave_out_of(number, &error.to_string()),
            Err(_) => return self.leave_out_of(number, "it does not answer in time"),
        };
        let labels = [number.to_string()];
        table::REPLICA_LAG.with(labels).set(seconds(lag));
        if lag > MOST_LAG {
            return self.leave_out_of(number, "it lags");
        }
        table::REPLICA_USED.with([number.to_string()]).set(1.0);
        if !self.used.swap(true, Ordering::Relaxed) {
            tracing::info!(replica = number, "a replica is in use");
        }
    }

    fn leave_out_of(&self, number: usize, reason: &str) {
        table::REPLICA_USED.with([number.to_string()]).set(0.0);
        self.leave_out::<()>(reason);
    }
}

/// For people; a beat that is on its way makes it negative.
#[expect(
    clippy::cast_precision_loss,
    reason = "lags are far from 2^52 microseconds"
)]
fn seconds(micros: i64) -> f64 {
    micros.max(0) as f64 / 1e6
}
