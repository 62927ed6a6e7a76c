//! Counts how the jobs of an outbox go.

use std::sync::Arc;

use async_trait::async_trait;

use crate::domain::timestamp::Timestamp;
use crate::observe::metric::{number, seconds};
use crate::observe::table;
use crate::ports::outbox::{Depth, Job, OutboxQueue, Outcome};
use crate::ports::store::StoreResult;

/// Another outbox, watched.
pub struct MeasuredQueue(pub Arc<dyn OutboxQueue>);

#[async_trait]
impl OutboxQueue for MeasuredQueue {
    async fn claim(
        &self,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<Job>> {
        self.0.claim(owner, now, until, limit).await
    }

    /// Only what the lease still allowed to be settled is counted: the rest is done again by another.
    async fn settle(&self, job: &Job, owner: &str, outcome: &Outcome) -> StoreResult<bool> {
        let settled = self.0.settle(job, owner, outcome).await?;
        if settled {
            let labels = [job.task.kind(), word(outcome)];
            table::OUTBOX_DONE.with(labels).increment(1);
        }
        Ok(settled)
    }

    /// Tells the metrics, too.
    async fn depth(&self, now: Timestamp) -> StoreResult<Depth> {
        let depth = self.0.depth(now).await?;
        let states = [
            ("due", depth.due),
            ("waiting", depth.waiting),
            ("dead", depth.dead),
        ];
        for (state, jobs) in states {
            table::OUTBOX_JOBS.with([state]).set(number(jobs));
        }
        let age = depth.oldest_due.map(|due| now.since(due));
        table::OUTBOX_AGE
            .plain()
            .set(seconds(age.unwrap_or_default()));
        Ok(depth)
    }
}

const fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::Again(..) => "postponed",
        Outcome::Dead(_) => "dead",
    }
}
