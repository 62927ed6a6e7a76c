//! The server is killed by SIGKILL at any moment, again and again, while people use it; what was answered is there
//! afterwards, and nothing else is.
//!
//! Clients of [`person`] register, confirm, sign in, put up, change, delete and buy, and note in the [`ledger`] what they
//! were answered. What got no answer they settle as careful clients do: a purchase by its key, an upload by a look at the
//! list. The real server runs on data that stays; [`moments`] says when it is killed. Now and then everything comes to rest
//! and [`check`] compares rows, objects and mails with each other and with what the clients know.
//!
//! Uploads that a crash cut off are swept after an hour, and the jobs of a dead worker are taken over after minutes. Nobody
//! waits that long: while there is no server, what it left is made older in the database ([`base::Base::two_hours_pass`]).
//! The server's own clock and its own rules stay as they are.
//!
//! The moments and what people choose to do come from a seed, which is printed. How the processes run beside each other does
//! not, so that a seed brings back the plan of a run, not each of its accidents.
//!
//! `scripts/crash` makes long runs.

mod acts;
mod base;
mod check;
mod ledger;
mod moments;
mod person;
mod pictures;
mod post;
mod program;
mod report;
mod run;
mod stage;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::Arc;

use tempfile::{Builder, TempDir};

use crate::mysql::{migrate, on_mysql};
use base::Base;
use run::{Plan, Run};

fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}: {text}")))
}

fn seed() -> u64 {
    setting("TEST_CRASH_SEED").unwrap_or_else(|| RandomState::new().hash_one("crash") % 1_000_000)
}

fn short(engine: &'static str) -> Plan {
    Plan {
        engine,
        seed: seed(),
        kills: 6,
        people: 5,
        rest_every: 6,
    }
}

/// A folder that stays when something is lost.
fn folder() -> Arc<TempDir> {
    let mut folder = Builder::new();
    folder.prefix("shotify-crash-").disable_cleanup(true);
    Arc::new(folder.tempdir().unwrap())
}

async fn on_sqlite(plan: Plan) {
    let data = folder();
    let base = Base::Sqlite(data.path().join("shotify.db"));
    judge(Run::new(plan, base, Arc::clone(&data), &[]), &data).await;
}

async fn on_mariadb_or_mysql(plan: Plan, url: &str) {
    let data = folder();
    migrate(&data, url);
    let settings = [("DATABASE_URL", url.to_owned())];
    let base = Base::MySql(url.to_owned());
    judge(Run::new(plan, base, Arc::clone(&data), &settings), &data).await;
}

async fn judge(run: Run, data: &TempDir) {
    let report = run.finish().await;
    println!("{report}");
    let kept = data.path().display();
    assert!(
        report.losses.is_empty(),
        "the data is kept in {kept}; lost:\n{}",
        report.losses.join("\n")
    );
    assert!(
        report.images > 0 && report.sales > 0,
        "there was nothing to lose"
    );
    std::fs::remove_dir_all(data.path()).unwrap();
}

/// K1 K2 K3 K5 C1 C2 C8 M1 M3
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_survives_kills_on_sqlite_and_nothing_else_stays() {
    on_sqlite(short("SQLite")).await;
}

/// K1 K2 K3 K5 C1 C2 C8 M1 M3
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_survives_kills_on_mysql_and_nothing_else_stays() {
    on_mysql(async |url| on_mariadb_or_mysql(short("MySQL"), url).await).await;
}

/// The long run of `scripts/crash`, which says how many kills it wants.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_kills_as_asked_for_lose_nothing() {
    let Some(kills) = setting("TEST_CRASH_KILLS") else {
        println!("TEST_CRASH_KILLS is not set: left out");
        return;
    };
    let plan = |engine| Plan {
        engine,
        seed: seed(),
        kills: usize::try_from(kills).unwrap(),
        people: 8,
        rest_every: 25,
    };
    if std::env::var("TEST_CRASH_ENGINE").as_deref() == Ok("mysql") {
        on_mysql(async |url| on_mariadb_or_mysql(plan("MySQL"), url).await).await;
    } else {
        on_sqlite(plan("SQLite")).await;
    }
}
