//! Databases to test in, and what is put there.

pub mod databases;
pub mod members;
pub mod pictures;
pub mod racing;
pub mod redises;

pub use databases::{mysql_url, on_mysql, on_sqlite};
pub use members::{confirmed, joined, newcomer, pending};
pub use pictures::{Draft, put_up, sell};
pub use racing::{race, until_free};
pub use redises::{Corner, on_redis, redis_url};

use shotify::domain::timestamp::Timestamp;
use shotify::ports::store::{Store, UnitOfWork};

/// Runs each body on `SQLite` and on `MySQL`.
macro_rules! contract {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                $crate::support::on_sqlite(super::$test).await;
            })+
        }

        mod mysql {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                $crate::support::on_mysql(super::$test).await;
            })+
        }
    };
}
pub(crate) use contract;

/// An instant so many seconds after the beginning of the tests' time.
pub const fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_700_000_000 + seconds)
}

/// A unit of work.
pub async fn unit(store: &impl Store) -> Box<dyn UnitOfWork> {
    store.begin().await.unwrap()
}
