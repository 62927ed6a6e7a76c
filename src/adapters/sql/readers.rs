//! Readers of a `SQLite` file whose statements end when nobody waits for them any more.
//!
//! A statement of `SQLite` runs on its connection's thread until it is done, whoever asked for it is gone or not, and so
//! long its connection is lost to the pool. Here each connection has a flag, which `SQLite` looks at every now and then
//! while it works: a request that is given up in the middle of a statement raises it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{Sqlite, SqliteConnection, SqlitePool};
use sqlx::{Connection as _, Error};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// After so many steps of its machine `SQLite` looks at the flag: less than a millisecond.
const STEPS: i32 = 10_000;

/// The connections of a pool, as many as it has, kept open.
#[derive(Debug, Clone)]
pub(super) struct Readers {
    pool: SqlitePool,
    turns: Arc<Semaphore>,
    idle: Arc<Idle>,
    patience: Duration,
}

#[derive(Debug, Default)]
struct Idle(Mutex<Vec<Reader>>);

impl Idle {
    fn readers(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct Reader {
    connection: PoolConnection<Sqlite>,
    given_up: Arc<AtomicBool>,
}

impl Readers {
    pub(super) fn of(pool: &SqlitePool) -> Self {
        let options = pool.options();
        let connections = usize::try_from(options.get_max_connections()).unwrap_or(1);
        Self {
            pool: pool.clone(),
            turns: Arc::new(Semaphore::new(connections)),
            idle: Arc::default(),
            patience: options.get_acquire_timeout(),
        }
    }

    /// How many connections wait for a statement.
    pub(super) fn idle(&self) -> usize {
        self.idle.readers().len()
    }

    /// A connection for one statement.
    pub(super) async fn take(&self) -> sqlx::Result<Reading> {
        let turn = timeout(self.patience, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = turn.map_err(|_| Error::PoolTimedOut)?;
        let turn = turn.map_err(|_| Error::PoolClosed)?;
        let idle = self.idle.readers().pop();
        let reader = match idle {
            Some(reader) => reader,
            None => self.open().await?,
        };
        Ok(Reading {
            held: Some((reader, turn)),
            turns: Arc::clone(&self.turns),
            idle: Arc::clone(&self.idle),
        })
    }

    async fn open(&self) -> sqlx::Result<Reader> {
        let mut connection = self.pool.acquire().await?;
        let given_up = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&given_up);
        let mut handle = connection.lock_handle().await?;
        handle.set_progress_handler(STEPS, move || !flag.load(Ordering::Relaxed));
        drop(handle);
        Ok(Reader {
            connection,
            given_up,
        })
    }

    /// Gives the connections back to the pool; those in use follow when they are done.
    pub(super) fn close(&self) {
        self.turns.close();
        self.idle.readers().clear();
    }
}

/// A connection in use. Dropped before it is [done](Reading::done), it is in the middle of a statement.
pub(super) struct Reading {
    held: Option<(Reader, OwnedSemaphorePermit)>,
    turns: Arc<Semaphore>,
    idle: Arc<Idle>,
}

impl Reading {
    /// For one statement.
    pub(super) fn connection(&mut self) -> sqlx::Result<&mut SqliteConnection> {
        let held = self.held.as_mut().ok_or(Error::PoolClosed)?;
        Ok(&mut held.0.connection)
    }

    /// The statement is over, well or not.
    pub(super) fn done(mut self) {
        if let Some((reader, turn)) = self.held.take() {
            keep(reader, turn, &self.idle, &self.turns);
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        let Some((mut reader, turn)) = self.held.take() else {
            return;
        };
        reader.given_up.store(true, Ordering::Relaxed);
        let (idle, turns) = (Arc::clone(&self.idle), Arc::clone(&self.turns));
        tokio::spawn(async move {
            // It is answered behind the statement.
            let answer = reader.connection.ping().await;
            reader.given_up.store(false, Ordering::Relaxed);
            if answer.is_ok() {
                keep(reader, turn, &idle, &turns);
            }
        });
    }
}

/// There first, then free to be taken.
fn keep(reader: Reader, turn: OwnedSemaphorePermit, idle: &Idle, turns: &Semaphore) {
    let mut readers = idle.readers();
    if !turns.is_closed() {
        readers.push(reader);
    }
    drop(readers);
    drop(turn);
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use sqlx::sqlite::SqlitePoolOptions;

    use super::*;

    /// Never done, and without a row until it is.
    const ENDLESS: &str =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";

    async fn readers() -> Readers {
        let options = SqlitePoolOptions::new().max_connections(1);
        let options = options.acquire_timeout(Duration::from_secs(20));
        Readers::of(&options.connect("sqlite::memory:").await.unwrap())
    }

    async fn ask(readers: &Readers, sql: &'static str) -> sqlx::Result<i64> {
        let mut reading = readers.take().await?;
        let answer = sqlx::query_scalar(sql).fetch_one(reading.connection()?);
        let answer = answer.await;
        reading.done();
        answer
    }

    /// G10
    #[tokio::test]
    async fn a_statement_that_is_given_up_ends_and_its_connection_is_free() {
        let readers = readers().await;
        for _ in 0..3 {
            let endless = timeout(Duration::from_millis(50), ask(&readers, ENDLESS)).await;
            assert!(endless.is_err(), "it ended: {endless:?}");
            assert_eq!(ask(&readers, "SELECT 7").await.unwrap(), 7);
        }
        assert_eq!(readers.pool.size(), 1);
        // What fails is over, too.
        assert!(ask(&readers, "SELECT nonsense").await.is_err());
        assert_eq!(ask(&readers, "SELECT 7").await.unwrap(), 7);
    }

    #[tokio::test]
    async fn closing_waits_for_nobody_who_is_done() {
        let readers = readers().await;
        assert_eq!(ask(&readers, "SELECT 7").await.unwrap(), 7);
        let reading = readers.take().await.unwrap();
        let began = Instant::now();
        readers.close();
        drop(reading);
        readers.pool.close().await;
        assert!(began.elapsed() < Duration::from_secs(10));
        assert!(matches!(
            ask(&readers, "SELECT 7").await,
            Err(Error::PoolClosed)
        ));
    }
}
