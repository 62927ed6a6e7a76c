//! `RateLimiter`: the same windows in memory, where the test sets the clock, and in Redis, which has a clock of its own:
//! there time passes by making what was counted older.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use shotify::adapters::rate_limit::memory::MemoryLimiter;
use shotify::adapters::rate_limit::redis::RedisLimiter;
use shotify::domain::timestamp::Timestamp;
use shotify::ports::clock::Clock;
use shotify::ports::rate_limit::{Quota, RateLimiter, Taken};
use shotify::ports::store::StoreError;

use crate::support::{Corner, on_redis, race};

const QUOTA: Quota = Quota {
    limit: 3,
    window: Duration::from_hours(1),
};

/// Limiters that count together, as several servers have them, and their time.
#[async_trait]
trait Bench: Send + Sync {
    fn limiter(&self) -> Arc<dyn RateLimiter>;
    async fn pass(&self, minutes: i64);
}

struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::SeqCst))
    }
}

struct Memory {
    hands: Arc<Hands>,
    limiter: Arc<MemoryLimiter>,
}

#[async_trait]
impl Bench for Memory {
    fn limiter(&self) -> Arc<dyn RateLimiter> {
        self.limiter.clone()
    }

    async fn pass(&self, minutes: i64) {
        self.hands.0.fetch_add(minutes * 60, Ordering::SeqCst);
    }
}

struct InRedis(Arc<Corner>);

#[async_trait]
impl Bench for InRedis {
    fn limiter(&self) -> Arc<dyn RateLimiter> {
        Arc::new(RedisLimiter::new(self.0.link()))
    }

    async fn pass(&self, minutes: i64) {
        let keys = &self.0.keys;
        for key in keys.all().await {
            let log: Vec<i64> = keys
                .run(::redis::cmd("LRANGE").arg(&key).arg(0).arg(-1))
                .await;
            for (index, taken) in log.into_iter().enumerate() {
                let older = taken - minutes * 60_000_000;
                let _: () = keys
                    .run(::redis::cmd("LSET").arg(&key).arg(index).arg(older))
                    .await;
            }
        }
    }
}

macro_rules! limiter_contract {
    ($($test:ident),+ $(,)?) => {
        mod memory {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let hands = Arc::new(Hands(AtomicI64::new(1_700_000_000)));
                let limiter = Arc::new(MemoryLimiter::new(hands.clone()));
                super::$test(&Memory { hands, limiter }).await;
            })+
        }

        mod redis {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                on_redis(async |corner| super::$test(&InRedis(corner)).await).await;
            })+
        }
    };
}

limiter_contract! {
    the_window_slides,
    what_is_refused_is_not_counted,
    what_is_given_back_may_be_taken_again,
    it_is_the_latest_that_is_given_back,
    of_racing_calls_no_more_than_the_limit_are_allowed,
    a_quota_of_nothing_allows_nothing,
    keys_are_counted_apart,
}

async fn take(bench: &dyn Bench, key: &str) -> Taken {
    bench.limiter().take(key, QUOTA).await.unwrap()
}

async fn allowed(bench: &dyn Bench, key: &str) -> bool {
    take(bench, key).await == Taken::Allowed
}

/// So many minutes to wait, give or take what the test itself took.
#[track_caller]
fn assert_denied(taken: Taken, minutes: u64) {
    let Taken::Denied { retry_after } = taken else {
        panic!("allowed");
    };
    let expected = Duration::from_mins(minutes);
    let slack = Duration::from_secs(50);
    assert!(
        retry_after <= expected && retry_after + slack > expected,
        "{retry_after:?}, not {expected:?}"
    );
}

/// L4
async fn the_window_slides(bench: &dyn Bench) {
    for _ in 0..3 {
        assert!(allowed(bench, "a").await);
        bench.pass(10).await;
    }
    assert_denied(take(bench, "a").await, 30);
    bench.pass(29).await;
    assert_denied(take(bench, "a").await, 1);
    bench.pass(1).await;
    assert!(allowed(bench, "a").await);
    assert_denied(take(bench, "a").await, 10);
    bench.pass(10).await;
    assert!(allowed(bench, "a").await);
    assert_denied(take(bench, "a").await, 10);
    bench.pass(60).await;
    for _ in 0..3 {
        assert!(allowed(bench, "a").await);
    }
    assert_denied(take(bench, "a").await, 60);
}

/// L4
async fn what_is_refused_is_not_counted(bench: &dyn Bench) {
    for _ in 0..3 {
        assert!(allowed(bench, "a").await);
    }
    for _ in 0..10 {
        bench.pass(1).await;
        assert!(!allowed(bench, "a").await);
    }
    assert_denied(take(bench, "a").await, 50);
    bench.pass(50).await;
    assert!(allowed(bench, "a").await);
}

async fn what_is_given_back_may_be_taken_again(bench: &dyn Bench) {
    for _ in 0..10 {
        assert!(allowed(bench, "a").await);
        bench.limiter().give_back("a").await.unwrap();
    }
    bench.limiter().give_back("never taken").await.unwrap();
    for _ in 0..3 {
        assert!(allowed(bench, "a").await);
    }
    assert!(!allowed(bench, "a").await);
}

async fn it_is_the_latest_that_is_given_back(bench: &dyn Bench) {
    for _ in 0..3 {
        assert!(allowed(bench, "a").await);
        bench.pass(10).await;
    }
    bench.limiter().give_back("a").await.unwrap();
    assert!(allowed(bench, "a").await);
    assert_denied(take(bench, "a").await, 30);
}

/// L4
async fn of_racing_calls_no_more_than_the_limit_are_allowed(bench: &dyn Bench) {
    let taken = race(50, |_| {
        let limiter = bench.limiter();
        async move { limiter.take("a", QUOTA).await.unwrap() }
    })
    .await;
    let allowed = taken.iter().filter(|taken| **taken == Taken::Allowed);
    assert_eq!(allowed.count(), 3);
}

async fn a_quota_of_nothing_allows_nothing(bench: &dyn Bench) {
    let nothing = Quota { limit: 0, ..QUOTA };
    assert_denied(bench.limiter().take("a", nothing).await.unwrap(), 60);
}

async fn keys_are_counted_apart(bench: &dyn Bench) {
    for _ in 0..3 {
        assert!(allowed(bench, "a").await);
    }
    assert!(!allowed(bench, "a").await);
    assert!(allowed(bench, "b").await);
    bench.limiter().give_back("b").await.unwrap();
    assert!(!allowed(bench, "a").await);
}

/// L3: what strangers make Redis keep goes by itself.
#[tokio::test]
async fn a_key_in_redis_is_gone_when_its_window_is_over() {
    on_redis(async |corner| {
        let limiter = RedisLimiter::new(corner.link());
        limiter.take("a", QUOTA).await.unwrap();
        let keys = corner.keys.all().await;
        assert_eq!(keys.len(), 1);
        let left: u64 = corner.keys.run(::redis::cmd("PTTL").arg(&keys[0])).await;
        assert!((3_500_000..=3_600_000).contains(&left), "{left}");
        limiter.give_back("a").await.unwrap();
        assert!(corner.keys.all().await.is_empty());
    })
    .await;
}

/// D1: who cannot be counted is not let through.
#[tokio::test]
async fn without_redis_nothing_is_allowed() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}/", nobody.local_addr().unwrap());
    drop(nobody);
    let link = shotify::adapters::redis::RedisLink::open(&url).unwrap();
    let limiter = RedisLimiter::new(Arc::new(link));
    let taken = limiter.take("a", QUOTA).await;
    assert!(
        matches!(taken, Err(StoreError::Unavailable(_))),
        "{taken:?}"
    );
}
