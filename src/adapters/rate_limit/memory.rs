//! Limits in this process's memory: for one server.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::timestamp::Timestamp;
use crate::ports::clock::Clock;
use crate::ports::rate_limit::{Quota, RateLimiter, Taken};
use crate::ports::store::StoreResult;

/// Most keys that are remembered: some 20 MiB when each is used up.
const MOST_KEYS: usize = 50_000;

/// A log of instants for each key.
pub struct MemoryLimiter {
    clock: Arc<dyn Clock>,
    logs: Mutex<HashMap<String, Log>>,
}

/// When a key was counted, within its last window.
struct Log {
    taken: VecDeque<Timestamp>,
    window: Duration,
}

impl Log {
    fn forget_before(&mut self, now: Timestamp) {
        let from = now.minus(self.window);
        while self.taken.front().is_some_and(|taken| *taken <= from) {
            self.taken.pop_front();
        }
    }
}

impl MemoryLimiter {
    /// An empty one.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            logs: Mutex::default(),
        }
    }

    fn logs(&self) -> MutexGuard<'_, HashMap<String, Log>> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl RateLimiter for MemoryLimiter {
    async fn take(&self, key: &str, quota: Quota) -> StoreResult<Taken> {
        let now = self.clock.now();
        let mut logs = self.logs();
        if logs.len() >= MOST_KEYS && !logs.contains_key(key) {
            prune(&mut logs, now);
        }
        let log = logs.entry(key.to_owned()).or_insert_with(|| Log {
            taken: VecDeque::new(),
            window: quota.window,
        });
        log.window = quota.window;
        log.forget_before(now);
        if log.taken.len() < quota.limit as usize {
            log.taken.push_back(now);
            return Ok(Taken::Allowed);
        }
        let oldest = log.taken.front().copied().unwrap_or(now);
        Ok(Taken::Denied {
            retry_after: oldest.plus(quota.window).since(now),
        })
    }

    async fn give_back(&self, key: &str) -> StoreResult<()> {
        let mut logs = self.logs();
        if let Some(log) = logs.get_mut(key) {
            log.taken.pop_back();
            if log.taken.is_empty() {
                logs.remove(key);
            }
        }
        Ok(())
    }
}

/// Forgets keys whose windows are over and, where that leaves too many, the quarter that was used least
/// recently: memory stays bounded whatever strangers do, and the work is spread over many calls.
fn prune(logs: &mut HashMap<String, Log>, now: Timestamp) {
    logs.retain(|_, log| {
        log.forget_before(now);
        !log.taken.is_empty()
    });
    if logs.len() <= MOST_KEYS * 3 / 4 {
        return;
    }
    let mut last: Vec<Timestamp> = logs
        .values()
        .filter_map(|l| l.taken.back().copied())
        .collect();
    let (before, cut, _) = last.select_nth_unstable(logs.len() / 4);
    let cut = *cut;
    // Of those used at the same instant as the last that goes, only so many: an older one must not stay for them.
    let mut spare = 1 + before.iter().filter(|last| **last == cut).count();
    logs.retain(|_, log| {
        let Some(last) = log.taken.back() else {
            return false;
        };
        let at_cut = *last == cut && spare > 0;
        spare -= usize::from(at_cut);
        *last > cut || (*last == cut && !at_cut)
    });
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::ports::clock::MockClock;

    const QUOTA: Quota = Quota {
        limit: 3,
        window: Duration::from_mins(1),
    };

    fn limiter() -> (Arc<AtomicI64>, MemoryLimiter) {
        let seconds = Arc::new(AtomicI64::new(1000));
        let told = Arc::clone(&seconds);
        let mut clock = MockClock::new();
        clock
            .expect_now()
            .returning(move || Timestamp::from_seconds(told.load(Ordering::SeqCst)));
        (seconds, MemoryLimiter::new(Arc::new(clock)))
    }

    #[tokio::test]
    async fn a_key_whose_counts_were_given_back_is_forgotten() {
        let (_, limiter) = limiter();
        assert_eq!(limiter.take("a", QUOTA).await.unwrap(), Taken::Allowed);
        limiter.give_back("a").await.unwrap();
        assert!(limiter.logs().is_empty());
    }

    /// L3
    #[tokio::test]
    async fn memory_is_bounded_and_the_latest_keys_are_remembered() {
        let (now, limiter) = limiter();
        for key in 0..MOST_KEYS + 10 {
            let at = 1000 + i64::try_from(key / 1000).unwrap();
            now.store(at, Ordering::SeqCst);
            limiter.take(&key.to_string(), QUOTA).await.unwrap();
        }
        let logs = limiter.logs();
        assert!(logs.len() <= MOST_KEYS * 3 / 4 + 10, "{}", logs.len());
        assert!(logs.contains_key(&MOST_KEYS.to_string()));
        assert!(!logs.contains_key("0"));
    }
}
