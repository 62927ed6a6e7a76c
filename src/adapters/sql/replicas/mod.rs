//! Replicas of a `MySQL` primary: they choose the ids of lists, the primary has the last word.
//!
//! A page's keys come from a replica ([`walk`]); its rows come from the primary by key, with the filter and the
//! access rule applied again, so that nothing that was hidden a moment ago is shown, and a page that got short by it is
//! filled up. Counts may lag. Everything else reads from the primary.
//!
//! A viewer sees their own writes at once, whichever server process took them: every unit of work adds one to its
//! member's row of `member_writes`, in the same transaction ([`marks`](super::marks)). The count on the primary,
//! read together with the rows, is compared with the replica's: whoever is behind is passed over. This needs neither
//! GTIDs, which `MariaDB` has of another kind and sqlx cannot ask for, nor clocks, nor anything that a client would have to send back.
//!
//! To the primary a list costs one statement more than without replicas, that count, which is asked for beside the rows.
//!
//! A replica that lags, or does not answer, is left out by [`watch`], which asks each of them every second, and at once by
//! the first request that notices.

mod walk;
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::join_all;
use tokio::time::timeout;

use super::connect::{self, SqlConfig};
use super::database::{Connected, Database, Held, Row};
use super::error::took_too_long;
use super::meter::Meter;
use super::probe::Probe;
use super::statement::Sql;
use crate::domain::id::UserId;
use crate::ports::store::StoreResult;

pub(super) use walk::Seeking;

/// A replica further behind the primary is left out: 5 seconds, in microseconds.
const MOST_LAG: i64 = 5_000_000;
/// How long a replica may take to say how far it is; it knows by heart.
const PROMPT: Duration = Duration::from_secs(1);
/// How long it may search.
const PATIENCE: Duration = Duration::from_secs(10);

/// How far a replica has come.
#[derive(Debug, Clone, Copy)]
struct Progress {
    /// The latest beat that it applied, microseconds by the primary's clock.
    beat: i64,
    /// Units of work of the viewer that it applied.
    writes: i64,
}

/// What replicas say, or none where the primary must be asked.
type Answer<T> = StoreResult<Option<T>>;

/// A connection to a replica that is near enough.
struct Seat<'a> {
    replica: &'a Replica,
    held: Held,
    /// Units of work of the viewer that it knows of.
    writes: i64,
}

/// All replicas of one primary.
#[derive(Debug)]
pub(super) struct Replicas {
    all: Vec<Replica>,
    next: AtomicUsize,
    /// The primary's latest beat that replicas have had a second to apply.
    beat: AtomicI64,
    watch: std::sync::OnceLock<tokio_util::task::AbortOnDropHandle<()>>,
}

#[derive(Debug)]
struct Replica {
    database: Database,
    /// Whether it is asked.
    used: AtomicBool,
}

impl Replicas {
    /// None without URLs. Their servers need not answer yet.
    pub fn open(
        config: &SqlConfig,
        primary: &Database,
        meter: &Arc<Meter>,
    ) -> StoreResult<Option<Arc<Self>>> {
        if config.replicas.is_empty() {
            return Ok(None);
        }
        let open = |url: &String| {
            let pool = connect::replica(config, url)?;
            let probe = Probe::new(&pool, Probe::REPLICA, meter, &Arc::default());
            Ok(Replica {
                database: Database::new(pool, probe),
                used: AtomicBool::new(false),
            })
        };
        let replicas: StoreResult<Vec<_>> = config.replicas.iter().map(open).collect();
        let replicas = Arc::new(Self {
            all: replicas?,
            next: AtomicUsize::new(0),
            beat: AtomicI64::new(i64::MAX),
            watch: std::sync::OnceLock::new(),
        });
        let watch = watch::run(Arc::downgrade(&replicas), primary.clone());
        let _ = replicas.watch.set(watch);
        Ok(Some(replicas))
    }

    /// Ends the watch and closes all connections.
    pub async fn close(&self) {
        if let Some(watch) = self.watch.get() {
            watch.abort();
        }
        let closing = self.all.iter().map(|replica| replica.database.close());
        join_all(closing).await;
    }

    /// How many connections there are to each.
    pub fn connections(&self) -> Vec<Connected> {
        let all = self.all.iter();
        all.map(|replica| replica.database.connections()).collect()
    }

    /// Each in its turn, of those in use.
    fn choose(&self) -> Option<&Replica> {
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let turns = (0..self.all.len()).map(|turn| first.wrapping_add(turn));
        let mut turns = turns.map(|turn| &self.all[turn % self.all.len()]);
        turns.find(|replica| replica.used.load(Ordering::Relaxed))
    }

    /// None where no replica is near enough: the primary is to be asked.
    async fn seat(&self, viewer: UserId) -> Option<Seat<'_>> {
        let replica = self.choose()?;
        match timeout(PROMPT, replica.seat(viewer)).await {
            Ok(Ok((held, progress))) if self.is_near(progress) => Some(Seat {
                replica,
                held,
                writes: progress.writes,
            }),
            Ok(Ok((_, _))) => replica.leave_out("it lags"),
            // Too many wait here already: that is no fault of the replica's.
            Ok(Err(_)) if replica.database.is_full() => None,
            Ok(Err(error)) => replica.leave_out(&error.to_string()),
            Err(_) => replica.leave_out("it does not answer in time"),
        }
    }

    fn is_near(&self, progress: Progress) -> bool {
        let known = self.beat.load(Ordering::Relaxed);
        known.saturating_sub(progress.beat) <= MOST_LAG
    }
}

impl Replica {
    /// Another connection may lead to another server behind the same name: each is asked anew.
    async fn seat(&self, viewer: UserId) -> StoreResult<(Held, Progress)> {
        let mut held = self.database.hold().await?;
        let rows: Vec<(i64, Option<i64>)> = held.all(progress(viewer)).await?;
        let (beat, writes) = rows.first().copied().unwrap_or_default();
        let writes = writes.unwrap_or(0);
        Ok((held, Progress { beat, writes }))
    }

    fn leave_out<T>(&self, reason: &str) -> Option<T> {
        if self.used.swap(false, Ordering::Relaxed) {
            tracing::warn!(reason, "a replica is left out");
        }
        None
    }
}

fn progress(viewer: UserId) -> Sql {
    Sql::new(
        "SELECT b.at, (SELECT w.writes FROM member_writes w WHERE w.member_id = ?) FROM beats b WHERE b.id = 1",
    )
    .bind(viewer)
}

impl Seat<'_> {
    /// None where the replica does not answer: it may die in the middle of a search.
    async fn ask<R: Row>(&mut self, sql: Sql) -> Answer<Vec<R>> {
        match timeout(PATIENCE, self.held.all(sql)).await {
            Ok(Ok(rows)) => Ok(Some(rows)),
            Ok(Err(error)) if took_too_long(&error) => Err(error),
            Ok(Err(error)) => Ok(self.replica.leave_out(&error.to_string())),
            Err(_) => Ok(self.replica.leave_out("it does not answer any more")),
        }
    }
}
