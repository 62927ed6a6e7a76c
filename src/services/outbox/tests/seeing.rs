//! Labelling and comparing pictures.

use super::*;
use crate::domain::id::ProductId;
use crate::ports::vision::{LabelError, MockLabeller};
use crate::services::testing::{labeller, labels, listing, previews};

/// A worker with this labeller, and a product of a member.
fn seeing(labeller: MockLabeller) -> (Bench, ProductId) {
    let mut bench = Bench::new();
    let owner = bench.accounts.member("anna", ANNA);
    let id = bench.accounts.put_up(owner, listing());
    let worker = Arc::get_mut(&mut bench.worker).unwrap();
    let objects = Arc::new(previews(None));
    worker.labelling = labelling(bench.accounts.clone(), objects, labeller);
    (bench, id)
}

async fn outcome(bench: &Bench, attempts: u32, task: Task) -> Outcome {
    bench.job(1, attempts, task);
    bench.once().await
}

fn later(after: Option<Duration>) -> MockLabeller {
    labeller(move || {
        let reason = "busy".into();
        Err(LabelError::Later { reason, after })
    })
}

#[tokio::test]
async fn a_picture_is_labelled_however_often_the_job_is_done() {
    let (bench, id) = seeing(labeller(|| Ok(labels(&["dog"]))));
    for _ in 0..2 {
        assert_eq!(outcome(&bench, 0, Task::Label(id)).await, Outcome::Done);
        let kept = bench.accounts.rows().market.labels[&id].clone();
        assert_eq!(kept, labels(&["dog"]));
    }
}

#[tokio::test]
async fn what_was_deleted_need_not_be_labelled_or_compared() {
    let (bench, _) = seeing(MockLabeller::new());
    let gone = ProductId::new(99);
    for task in [Task::Label(gone), Task::Compare(gone)] {
        assert_eq!(outcome(&bench, 0, task).await, Outcome::Done);
    }
    let (bench, id) = seeing(labeller(|| Ok(labels(&["dog"]))));
    let accounts = bench.accounts.clone();
    let meanwhile = crate::services::testing::Fault::Meanwhile(Box::new(|rows| {
        rows.market.products.clear();
    }));
    accounts.fault("begin", 1, meanwhile);
    assert_eq!(outcome(&bench, 0, Task::Label(id)).await, Outcome::Done);
}

/// D6
#[tokio::test]
async fn a_labeller_that_is_busy_is_asked_again_not_before_it_said() {
    for (after, least) in [(None, 2), (Some(Duration::from_mins(5)), 300)] {
        let (bench, id) = seeing(later(after));
        let outcome = outcome(&bench, 0, Task::Label(id)).await;
        let Outcome::Again(due, reason) = outcome else {
            panic!("{outcome:?}")
        };
        let wait = due.since(bench.clock.now()).as_secs();
        assert!((least..least * 5 / 4 + 1).contains(&wait), "{wait}");
        assert_eq!(reason, "busy");
    }
}

#[tokio::test]
async fn a_labeller_is_not_asked_for_ever() {
    let (bench, id) = seeing(later(None));
    let outcome = outcome(&bench, 19, Task::Label(id)).await;
    assert_eq!(outcome, Outcome::Dead("busy".into()));
}

#[tokio::test]
async fn what_a_labeller_refuses_is_a_dead_letter() {
    let (bench, id) = seeing(labeller(|| Err(LabelError::Refused("no key".into()))));
    let outcome = outcome(&bench, 0, Task::Label(id)).await;
    assert_eq!(outcome, Outcome::Dead("no key".into()));
}

/// D6
#[tokio::test]
async fn whoever_had_many_pictures_labelled_waits_for_the_next() {
    let (bench, id) = seeing(labeller(|| Ok(labels(&["dog"]))));
    for _ in 0..3 {
        assert_eq!(outcome(&bench, 0, Task::Label(id)).await, Outcome::Done);
    }
    let outcome = outcome(&bench, 0, Task::Label(id)).await;
    let Outcome::Again(due, _) = outcome else {
        panic!("{outcome:?}")
    };
    let hour = Duration::from_hours(1);
    assert_eq!(due.since(bench.clock.now()), hour);
}

#[tokio::test(start_paused = true)]
async fn a_picture_is_compared_once_the_index_is_filled() {
    let (bench, id) = seeing(MockLabeller::new());
    let other = bench.accounts.member("berta", "berta@example.com");
    let copy = bench.accounts.put_up(other, listing());
    let embedding = crate::services::testing::FakeStudio::embedding(1, b"same");
    for id in [id, copy] {
        bench.accounts.embed(id, &embedding, bench.clock.now());
    }
    let unfilled = outcome(&bench, 0, Task::Compare(copy)).await;
    assert!(matches!(unfilled, Outcome::Again(..)), "{unfilled:?}");
    let follower = &bench.worker.duplicates.similar.follower;
    follower.reconcile().await.unwrap();
    assert_eq!(outcome(&bench, 1, Task::Compare(copy)).await, Outcome::Done);
    let mails = bench.accounts.mails();
    assert!(
        matches!(mails[0].letter, Letter::SamePicture(_)),
        "{mails:?}"
    );
    assert_eq!(
        bench.accounts.with(ANNA).unwrap().user.username.as_str(),
        mails[0].username
    );
}
