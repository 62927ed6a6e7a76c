//! The outbox: written within units, worked off by leases.

use async_trait::async_trait;

use super::SqlStore;
use super::database::Unit;
use super::mail_payload;
use super::statement::{Sql, Value};
use super::unit::SqlUnit;
use crate::domain::id::{JobId, ProductId};
use crate::domain::timestamp::Timestamp;
use crate::ports::outbox::{Depth, Job, Outbox, OutboxQueue, Outcome, Task};
use crate::ports::store::StoreResult;

/// Characters of a reason that are kept.
const MOST_REASON: usize = 1000;

#[async_trait]
impl Outbox for SqlUnit {
    async fn add(&mut self, task: &Task, now: Timestamp) -> StoreResult<()> {
        let payload = match task {
            Task::Mail(mail) => mail_payload::write(mail)?,
            Task::DeleteObject(key) => key.clone(),
            Task::Label(id) | Task::Compare(id) => id.to_string(),
        };
        let sql = Sql::new(
            "INSERT INTO outbox (kind, payload, created, due, attempts, lease_until, dead) \
             VALUES (?, ?, ?, ?, 0, 0, FALSE)",
        )
        .bind(task.kind())
        .bind(payload)
        .bind(now)
        .bind(now);
        self.unit.run(sql).await.map(|_| ())
    }
}

#[derive(sqlx::FromRow)]
struct JobRow {
    id: i64,
    kind: String,
    payload: String,
    attempts: i64,
    created: i64,
}

impl JobRow {
    /// The job, or nothing when it is not one that [`Outbox::add`] writes.
    fn into_job(self) -> Option<Job> {
        let task = match self.kind.as_str() {
            "mail" => Task::Mail(mail_payload::read(&self.payload)?),
            "delete_object" => Task::DeleteObject(self.payload),
            "label" => Task::Label(ProductId::parse(&self.payload)?),
            "compare" => Task::Compare(ProductId::parse(&self.payload)?),
            _ => return None,
        };
        Some(Job {
            id: JobId::new(self.id),
            task,
            attempts: u32::try_from(self.attempts).ok()?,
            created: Timestamp::from_micros(self.created),
        })
    }
}

#[async_trait]
impl OutboxQueue for SqlStore {
    async fn claim(
        &self,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<Job>> {
        let due = Sql::new(
            "SELECT id, kind, payload, attempts, created FROM outbox \
             WHERE dead = FALSE AND due <= ? AND lease_until <= ? ORDER BY due, id LIMIT ?",
        )
        .bind(now)
        .bind(now)
        .bind(limit);
        // Looked for outside the transaction: an empty outbox costs no lock.
        let mut rows: Vec<JobRow> = self.read.all(due).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        rows.sort_unstable_by_key(|row| row.id);
        let mut unit = self.write.begin().await?;
        let mut jobs = Vec::new();
        for row in rows {
            if lease(&mut unit, &row, owner, now, until).await? {
                jobs.extend(job_or_dead_letter(&mut unit, row).await?);
            }
        }
        unit.end().await?;
        Ok(jobs)
    }

    async fn settle(&self, job: &Job, owner: &str, outcome: &Outcome) -> StoreResult<bool> {
        let sql = match outcome {
            Outcome::Done => Sql::new("DELETE FROM outbox WHERE id = ? AND owner = ?"),
            Outcome::Again(due, reason) => Sql::new(
                "UPDATE outbox SET owner = NULL, lease_until = 0, due = ?, last_error = ? \
                 WHERE id = ? AND owner = ?",
            )
            .bind(*due)
            .bind(kept(reason)),
            Outcome::Dead(reason) => Sql::new(
                "UPDATE outbox SET owner = NULL, lease_until = 0, dead = TRUE, last_error = ? \
                 WHERE id = ? AND owner = ?",
            )
            .bind(kept(reason)),
        };
        let done = self.write.run(sql.bind(job.id).bind(owner)).await?;
        Ok(done.rows == 1)
    }

    async fn depth(&self, now: Timestamp) -> StoreResult<Depth> {
        let sql = Sql::new(
            "SELECT (SELECT COUNT(*) FROM outbox WHERE dead = FALSE AND due <= ?), \
             (SELECT COUNT(*) FROM outbox WHERE dead = FALSE AND due > ?), \
             (SELECT COUNT(*) FROM outbox WHERE dead = TRUE), \
             (SELECT MIN(due) FROM outbox WHERE dead = FALSE AND due <= ?)",
        )
        .bind(now)
        .bind(now)
        .bind(now);
        let (due, waiting, dead, oldest): (i64, i64, i64, Option<i64>) = self.read.one(sql).await?;
        Ok(Depth {
            due,
            waiting,
            dead,
            oldest_due: oldest.map(Timestamp::from_micros),
        })
    }
}

/// Takes the lease of a row, unless another worker was faster. Counted as an attempt here already, so that a
/// job which kills its worker is not tried for ever.
async fn lease(
    unit: &mut Unit,
    row: &JobRow,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
) -> StoreResult<bool> {
    let sql = Sql::new(
        "UPDATE outbox SET owner = ?, lease_until = ?, attempts = attempts + 1 \
         WHERE id = ? AND attempts = ? AND dead = FALSE AND due <= ? AND lease_until <= ?",
    )
    .bind(owner)
    .bind(until)
    .bind(row.id)
    .bind(row.attempts)
    .bind(now)
    .bind(now);
    Ok(unit.run(sql).await?.rows == 1)
}

/// A row that cannot be read would come back for ever, in front of all others: it becomes a dead letter.
async fn job_or_dead_letter(unit: &mut Unit, row: JobRow) -> StoreResult<Option<Job>> {
    let id = row.id;
    let job = row.into_job();
    if job.is_none() {
        tracing::error!(job = id, "an outbox row cannot be read");
        let sql =
            Sql::new("UPDATE outbox SET dead = TRUE, owner = NULL, last_error = ? WHERE id = ?")
                .bind("the row cannot be read")
                .bind(id);
        unit.run(sql).await?;
    }
    Ok(job)
}

fn kept(reason: &str) -> Value {
    Value::Text(reason.chars().take(MOST_REASON).collect())
}
