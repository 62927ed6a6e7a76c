//! The worker and the sweeper against fakes.

mod mails;
mod seeing;
mod sweeps;
mod working;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;

use super::*;
use crate::domain::id::{JobId, UserId};
use crate::domain::mail::{Letter, Mail};
use crate::domain::timestamp::Timestamp;
use crate::ports::clock::Clock as _;
use crate::ports::letters::{LetterWriter, MockLetterWriter, Written};
use crate::ports::mailer::{MailError, Mailer, Message};
use crate::ports::objects::MockObjectStore;
use crate::ports::outbox::{Depth, Job, OutboxQueue, Outcome, Task};
use crate::ports::store::StoreError;
use crate::ports::vision::MockLabeller;
use crate::services::testing::{Accounts, FakeClock, FakeRandom, duplicates, labelling};

const ANNA: &str = "anna@example.com";

/// Hands its jobs out once, and keeps how they went.
#[derive(Default)]
struct FakeQueue {
    jobs: Mutex<Vec<Job>>,
    settled: Mutex<Vec<(JobId, Outcome)>>,
    leases: Mutex<Vec<(String, Duration)>>,
    /// The lease runs out before a job is done.
    late: bool,
    /// The database is away.
    away: bool,
}

#[async_trait]
impl OutboxQueue for FakeQueue {
    async fn claim(
        &self,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<Job>> {
        if self.away {
            return Err(StoreError::Unavailable("away".into()));
        }
        let mut leases = self.leases.lock().unwrap();
        leases.push((owner.to_owned(), until.since(now)));
        let mut jobs = self.jobs.lock().unwrap();
        let count = jobs.len().min(limit as usize);
        Ok(jobs.drain(..count).collect())
    }
    async fn settle(&self, job: &Job, owner: &str, outcome: &Outcome) -> StoreResult<bool> {
        let (last, _) = self.leases.lock().unwrap().last().cloned().unwrap();
        assert_eq!(owner, last, "a job is settled under its lease");
        let mut settled = self.settled.lock().unwrap();
        settled.push((job.id, outcome.clone()));
        Ok(!self.late)
    }
    async fn depth(&self, _now: Timestamp) -> StoreResult<Depth> {
        Ok(Depth::default())
    }
}

/// Keeps what is sent, and answers as it is told.
#[derive(Default)]
struct FakeMailer {
    sent: Mutex<Vec<Message>>,
    answers: Mutex<Vec<MailError>>,
    /// It answers nothing any more.
    silent: AtomicBool,
}

#[async_trait]
impl Mailer for FakeMailer {
    async fn send(&self, message: &Message) -> Result<(), MailError> {
        self.sent.lock().unwrap().push(message.clone());
        if self.silent.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        self.answers.lock().unwrap().pop().map_or(Ok(()), Err)
    }
}

/// A worker over fakes, all of which can be looked at.
struct Bench {
    accounts: Arc<Accounts>,
    queue: Arc<FakeQueue>,
    mailer: Arc<FakeMailer>,
    clock: Arc<FakeClock>,
    poke: Arc<Notify>,
    worker: Arc<OutboxWorker>,
}

impl Bench {
    fn new() -> Self {
        Self::over(FakeQueue::default(), MockObjectStore::new())
    }

    fn over(queue: FakeQueue, objects: MockObjectStore) -> Self {
        let accounts = Arc::new(Accounts::default());
        let queue = Arc::new(queue);
        let mailer = Arc::new(FakeMailer::default());
        let clock = Arc::new(FakeClock::default());
        let poke = Arc::new(Notify::new());
        let objects = Arc::new(objects);
        let worker = OutboxWorker {
            queue: Arc::clone(&queue) as _,
            store: Arc::clone(&accounts) as _,
            letters: Arc::new(letters()),
            mailer: Arc::clone(&mailer) as _,
            labelling: labelling(accounts.clone(), objects.clone(), MockLabeller::new()),
            duplicates: duplicates(accounts.clone(), Arc::default()),
            objects,
            clock: Arc::clone(&clock) as _,
            random: Arc::new(FakeRandom::default()),
            links: LinkSettings {
                public_url: "https://shotify.example:8443/".into(),
                confirm_for: Duration::from_hours(7 * 24),
                reset_for: Duration::from_mins(15),
            },
            poke: Arc::clone(&poke),
        };
        Self {
            accounts,
            queue,
            mailer,
            clock,
            poke,
            worker: Arc::new(worker),
        }
    }

    fn job(&self, id: i64, attempts: u32, task: Task) {
        self.queue.jobs.lock().unwrap().push(Job {
            id: JobId::new(id),
            task,
            attempts,
            created: Timestamp::from_seconds(1_600_000_000),
        });
    }

    /// Works one mail off and answers with how it went.
    async fn mail(&self, attempts: u32, letter: Letter) -> Outcome {
        self.job(1, attempts, Task::Mail(mail_to(ANNA, letter)));
        self.once().await
    }

    async fn once(&self) -> Outcome {
        assert_eq!(self.worker.work_once().await.unwrap(), 1);
        let settled = self.queue.settled.lock().unwrap();
        settled.last().unwrap().1.clone()
    }

    fn sent(&self) -> Vec<Message> {
        self.mailer.sent.lock().unwrap().clone()
    }

    fn fails_with(&self, error: MailError) {
        self.mailer.answers.lock().unwrap().push(error);
    }
}

fn mail_to(address: &str, letter: Letter) -> Mail {
    Mail {
        to: crate::domain::email::Email::parse(address).unwrap(),
        username: "anna".into(),
        letter,
    }
}

/// Letters whose text is the token.
fn letters() -> impl LetterWriter {
    let mut letters = MockLetterWriter::new();
    letters.expect_write().returning(|mail, token| {
        Ok(Written {
            subject: format!("To {}", mail.username),
            text: token.unwrap_or_default(),
            html: String::new(),
        })
    });
    letters
}
