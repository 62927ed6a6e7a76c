//! The worker: claims by lease, works several jobs at once outside transactions, settles.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt as _;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::field::Empty;
use tracing::{Instrument as _, error, info, warn};

use super::OutboxService;
use super::schedule::wait;
use crate::domain::timestamp::Timestamp;
use crate::ports::chance::{self, Random};
use crate::ports::clock::Clock;
use crate::ports::letters::LetterWriter;
use crate::ports::mailer::Mailer;
use crate::ports::objects::ObjectStore;
use crate::ports::outbox::{Job, OutboxQueue, Outcome, Task};
use crate::ports::store::{Store, StoreResult};
use crate::ports::traces::TARGET;
use crate::services::labelling::Labelling;
use crate::services::similarity::Duplicates;

/// Rows of one claim.
const BATCH: u32 = 32;
/// Jobs at once.
const AT_ONCE: usize = 8;
/// How long a claim holds: longer than a batch can take.
const LEASE: Duration = Duration::from_mins(3);
/// How long one job may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a job that was begun may still take when the worker is told to stop.
const GRACE: Duration = Duration::from_secs(3);
/// How long an idle worker sleeps, unless it is poked.
const IDLE: Duration = Duration::from_millis(500);
/// The longest wait that the other side may ask for; the rest is a mistake of its.
const LONGEST_ASKED: Duration = Duration::from_hours(24);

/// What links and message ids are made of.
#[derive(Debug, Clone)]
pub struct LinkSettings {
    /// Base of every link, such as `https://shotify.example`.
    pub public_url: String,
    /// How long a confirmation link is good.
    pub confirm_for: Duration,
    /// How long a reset link is good.
    pub reset_for: Duration,
}

impl LinkSettings {
    /// The host, for message ids.
    pub(super) fn host(&self) -> String {
        let url = url::Url::parse(&self.public_url).ok();
        let host = url.and_then(|url| url.host_str().map(str::to_owned));
        host.unwrap_or_else(|| "localhost".into())
    }
}

/// [`OutboxService`] over ports.
pub struct OutboxWorker {
    /// The outbox.
    pub queue: Arc<dyn OutboxQueue>,
    /// The database, for mailed tokens.
    pub store: Arc<dyn Store>,
    /// Puts letters into words.
    pub letters: Arc<dyn LetterWriter>,
    /// Sends them.
    pub mailer: Arc<dyn Mailer>,
    /// Objects to be deleted.
    pub objects: Arc<dyn ObjectStore>,
    /// Pictures to be labelled.
    pub labelling: Labelling,
    /// Pictures to be compared.
    pub duplicates: Duplicates,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// Links.
    pub links: LinkSettings,
    /// Wakes an idle worker: poke it when there is something to do at once.
    pub poke: Arc<Notify>,
}

/// Why a job is not done.
pub(super) enum Failure {
    /// It may work later, at the earliest after the given time.
    Later(String, Option<Duration>),
    /// It will never work.
    Never(String),
}

impl OutboxWorker {
    /// Works until it is told to stop; then begins nothing more, and gives what it has begun a moment ([`GRACE`]).
    pub async fn run(&self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            let tried = self.work_batch(&shutdown).await.unwrap_or_else(|error| {
                warn!(%error, "the outbox cannot be worked off");
                0
            });
            if tried == 0 {
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    () = self.poke.notified() => {}
                    () = tokio::time::sleep(IDLE) => {}
                }
            }
        }
    }

    async fn work_batch(&self, shutdown: &CancellationToken) -> StoreResult<usize> {
        let owner = hex::encode(chance::bytes::<16>(&*self.random));
        let now = self.clock.now();
        let jobs = self.queue.claim(&owner, now, now.plus(LEASE), BATCH);
        let jobs = jobs.await?;
        let work: Vec<_> = jobs
            .iter()
            .map(|job| self.work(job, &owner, shutdown))
            .collect();
        let settled: Vec<StoreResult<()>> = futures::stream::iter(work)
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        settled.into_iter().collect::<StoreResult<Vec<()>>>()?;
        Ok(jobs.len())
    }

    /// In a trace of its own: the request that asked for it has ended.
    async fn work(&self, job: &Job, owner: &str, shutdown: &CancellationToken) -> StoreResult<()> {
        let kind = job.task.kind();
        let span = tracing::info_span!(
            target: TARGET,
            parent: None,
            "job",
            otel.name = format!("job {kind}"),
            otel.kind = "consumer",
            otel.status_code = Empty,
            shotify.job.kind = kind,
            shotify.job.id = job.id.get(),
            shotify.job.attempts = job.attempts,
        );
        let outcome = self.work_on(job, owner, shutdown);
        let outcome = outcome.instrument(span.clone()).await?;
        if outcome != Outcome::Done {
            span.record("otel.status_code", "ERROR");
        }
        Ok(())
    }

    async fn work_on(
        &self,
        job: &Job,
        owner: &str,
        shutdown: &CancellationToken,
    ) -> StoreResult<Outcome> {
        let outcome = if shutdown.is_cancelled() {
            Outcome::Again(
                self.clock.now(),
                "its worker ended before it was begun".into(),
            )
        } else {
            self.judge(job, self.attempt_in_time(job, shutdown).await)
        };
        if !self.queue.settle(job, owner, &outcome).await? {
            warn!(
                job = job.id.get(),
                "a lease ran out before its job was done"
            );
        }
        Ok(outcome)
    }

    async fn attempt_in_time(
        &self,
        job: &Job,
        shutdown: &CancellationToken,
    ) -> Result<(), Failure> {
        let late = |reason: &str| Err(Failure::Later(reason.to_owned(), None));
        let ended = async {
            shutdown.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            done = self.attempt(job) => done,
            () = tokio::time::sleep(PATIENCE) => late("took too long"),
            () = ended => late("its worker ended"),
        }
    }

    async fn attempt(&self, job: &Job) -> Result<(), Failure> {
        match &job.task {
            Task::Mail(mail) => self.send(job, mail).await,
            Task::DeleteObject(key) => {
                let deleted = self.objects.delete(key).await;
                deleted.map_err(|error| Failure::Later(error.to_string(), None))
            }
            Task::Label(id) => self.label(*id).await,
            Task::Compare(id) => {
                let compared = self.duplicates.compare(*id).await;
                compared.map_err(|error| Failure::Later(error.to_string(), None))
            }
        }
    }

    /// The reason goes into the row alone: what the other side said may hold an address (N1).
    fn judge(&self, job: &Job, done: Result<(), Failure>) -> Outcome {
        let attempts = job.attempts.saturating_add(1);
        let id = job.id.get();
        match done {
            Ok(()) => Outcome::Done,
            Err(Failure::Later(reason, after)) if !is_last(job, attempts) => {
                info!(
                    job = id,
                    attempts, "a job of the outbox is tried again later"
                );
                Outcome::Again(self.next_try(attempts, after), reason)
            }
            Err(Failure::Later(reason, _) | Failure::Never(reason)) => {
                error!(job = id, attempts, "a job of the outbox is given up");
                Outcome::Dead(reason)
            }
        }
    }

    fn next_try(&self, attempts: u32, after: Option<Duration>) -> Timestamp {
        let asked = after.unwrap_or_default().min(LONGEST_ASKED);
        let wait = wait(attempts, &*self.random).max(asked);
        self.clock.now().plus(wait)
    }
}

/// Deletions are never given up, all else at some time.
const fn is_last(job: &Job, attempts: u32) -> bool {
    !matches!(job.task, Task::DeleteObject(_)) && attempts >= super::schedule::ATTEMPTS
}

#[async_trait]
impl OutboxService for OutboxWorker {
    async fn work_once(&self) -> StoreResult<usize> {
        self.work_batch(&CancellationToken::new()).await
    }
}
