//! `Outbox` and `OutboxQueue`.

use std::collections::HashSet;

use shotify::adapters::sql::SqlStore;
use shotify::domain::email::Email;
use shotify::domain::id::{JobId, ProductId, UserId};
use shotify::domain::mail::{CopyFacts, Letter, Mail, SaleFacts};
use shotify::ports::outbox::{Depth, Job, OutboxQueue, Outcome, Task};

use crate::support::{at, contract, race, unit, until_free};

contract! {
    every_task_is_read_as_written,
    a_task_of_a_dropped_unit_is_none,
    a_leased_row_is_nobody_elses_until_the_lease_ends,
    racing_workers_claim_disjoint_rows,
    only_the_lease_holder_settles,
    a_row_to_be_tried_again_waits_until_it_is_due,
    a_dead_letter_is_kept_and_never_claimed,
    the_depth_tells_what_is_due_from_what_waits,
    a_claim_is_bounded_and_takes_the_longest_waiting_first,
}

fn key(name: &str) -> Task {
    Task::DeleteObject(name.to_owned())
}

fn mail(letter: Letter) -> Task {
    Task::Mail(Mail {
        to: Email::parse("Anna@example.com").unwrap(),
        username: "anna".into(),
        letter,
    })
}

fn facts() -> SaleFacts {
    SaleFacts {
        sale: 7,
        title: "\"Ärger\" \\ 🐎".into(),
        price: "7.50 USD".into(),
        list_price: "10.00 USD".into(),
        discount: 25,
        other: "berta".into(),
        time: "2023-11-14T22:13:20Z".into(),
    }
}

fn copy() -> CopyFacts {
    CopyFacts {
        title: "\"Ärger\" \\ 🐎".into(),
        copy: 9,
        other: "berta".into(),
    }
}

async fn write(store: &SqlStore, tasks: &[Task], seconds: i64) {
    let mut unit = unit(store).await;
    for task in tasks {
        unit.outbox().add(task, at(seconds)).await.unwrap();
    }
    unit.commit().await.unwrap();
}

/// Claims at `now` for 60 seconds.
async fn claim(store: &SqlStore, owner: &str, now: i64, limit: u32) -> Vec<Job> {
    until_free(|| store.claim(owner, at(now), at(now + 60), limit))
        .await
        .unwrap()
}

async fn settle(store: &SqlStore, job: &Job, owner: &str, outcome: Outcome) -> bool {
    store.settle(job, owner, &outcome).await.unwrap()
}

/// M1
async fn every_task_is_read_as_written(store: SqlStore) {
    let user = UserId::new(5);
    let tasks = [
        key("products/a/o"),
        mail(Letter::ConfirmAddress { user }),
        mail(Letter::AddressChanged { done: true }),
        mail(Letter::PasswordReset { user }),
        mail(Letter::PasswordChanged),
        mail(Letter::AddressInUse),
        mail(Letter::Receipt(facts())),
        mail(Letter::Sold(facts())),
        mail(Letter::SamePicture(copy())),
        Task::Label(ProductId::new(i64::MAX)),
        Task::Compare(ProductId::new(1)),
    ];
    write(&store, &tasks, 3).await;
    let jobs = claim(&store, "w", 3, 100).await;
    let read: Vec<_> = jobs.iter().map(|job| job.task.clone()).collect();
    assert_eq!(read, tasks);
    assert!(
        jobs.iter()
            .all(|job| job.attempts == 0 && job.created == at(3))
    );
}

/// M1
async fn a_task_of_a_dropped_unit_is_none(store: SqlStore) {
    let mut dropped = unit(&store).await;
    dropped.outbox().add(&key("a"), at(0)).await.unwrap();
    drop(dropped);
    assert!(claim(&store, "w", 1, 10).await.is_empty());
    assert_eq!(store.depth(at(1)).await.unwrap(), Depth::default());
}

async fn a_leased_row_is_nobody_elses_until_the_lease_ends(store: SqlStore) {
    write(&store, &[key("a")], 0).await;
    assert_eq!(claim(&store, "first", 0, 10).await[0].attempts, 0);
    assert!(claim(&store, "second", 59, 10).await.is_empty());
    assert!(claim(&store, "first", 59, 10).await.is_empty());
    // The first worker died: its try counts.
    assert_eq!(claim(&store, "second", 60, 10).await[0].attempts, 1);
}

async fn racing_workers_claim_disjoint_rows(store: SqlStore) {
    let tasks: Vec<_> = (0..20).map(|n| key(&n.to_string())).collect();
    write(&store, &tasks, 0).await;
    let claimed = race(4, |index| {
        let store = store.clone();
        async move { claim(&store, &format!("worker-{index}"), 1, 20).await }
    })
    .await;
    let ids: Vec<JobId> = claimed.iter().flatten().map(|job| job.id).collect();
    let distinct: HashSet<_> = ids.iter().collect();
    assert_eq!((ids.len(), distinct.len()), (20, 20));
}

async fn only_the_lease_holder_settles(store: SqlStore) {
    write(&store, &[key("a")], 0).await;
    let job = claim(&store, "first", 0, 1).await.remove(0);
    assert!(!settle(&store, &job, "second", Outcome::Done).await);
    claim(&store, "second", 100, 1).await;
    for late in [
        Outcome::Done,
        Outcome::Dead("x".into()),
        Outcome::Again(at(0), "x".into()),
    ] {
        assert!(!settle(&store, &job, "first", late).await);
    }
    assert!(settle(&store, &job, "second", Outcome::Done).await);
    assert!(!settle(&store, &job, "second", Outcome::Done).await);
    assert_eq!(store.depth(at(1)).await.unwrap(), Depth::default());
}

/// M2
async fn a_row_to_be_tried_again_waits_until_it_is_due(store: SqlStore) {
    write(&store, &[key("a")], 0).await;
    let job = claim(&store, "w", 0, 1).await.remove(0);
    let again = Outcome::Again(at(30), "ä".repeat(100_000));
    assert!(settle(&store, &job, "w", again).await);
    assert!(claim(&store, "w", 29, 1).await.is_empty());
    let next = claim(&store, "w", 30, 1).await.remove(0);
    assert_eq!((next.id, next.attempts, next.created), (job.id, 1, at(0)));
}

/// M2
async fn a_dead_letter_is_kept_and_never_claimed(store: SqlStore) {
    write(&store, &[key("a"), key("b")], 5).await;
    let job = claim(&store, "w", 5, 1).await.remove(0);
    assert!(settle(&store, &job, "w", Outcome::Dead("550".into())).await);
    let left = claim(&store, "w", 1_000_000, 10).await;
    assert_eq!(left.len(), 1);
    let depth = store.depth(at(6)).await.unwrap();
    assert_eq!((depth.due, depth.dead), (1, 1));
}

async fn the_depth_tells_what_is_due_from_what_waits(store: SqlStore) {
    write(&store, &[key("a"), key("b"), key("c")], 5).await;
    let job = claim(&store, "w", 5, 1).await.remove(0);
    assert!(settle(&store, &job, "w", Outcome::Again(at(30), "451".into())).await);
    let depth = |due, waiting, oldest_due| Depth {
        due,
        waiting,
        dead: 0,
        oldest_due,
    };
    assert_eq!(store.depth(at(4)).await.unwrap(), depth(0, 3, None));
    let now = store.depth(at(29)).await.unwrap();
    assert_eq!(now, depth(2, 1, Some(at(5))));
    let now = store.depth(at(30)).await.unwrap();
    assert_eq!(now, depth(3, 0, Some(at(5))));
}

async fn a_claim_is_bounded_and_takes_the_longest_waiting_first(store: SqlStore) {
    write(&store, &[key("late")], 9).await;
    write(&store, &[key("a"), key("b"), key("c")], 1).await;
    write(&store, &[key("future")], 50).await;
    let tasks = |jobs: Vec<Job>| jobs.into_iter().map(|job| job.task).collect::<Vec<_>>();
    assert_eq!(tasks(claim(&store, "w", 10, 2).await), [key("a"), key("b")]);
    assert_eq!(
        tasks(claim(&store, "w", 10, 10).await),
        [key("late"), key("c")]
    );
    let before = store.statements();
    assert!(claim(&store, "w", 10, 10).await.is_empty());
    assert_eq!(store.statements() - before, 1);
}
