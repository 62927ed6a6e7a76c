//! Claiming, working, stopping.

use tokio_util::sync::CancellationToken;

use super::*;
use crate::ports::objects::ObjectError;

fn deletion(key: &str) -> Task {
    Task::DeleteObject(key.to_owned())
}

/// K3
#[tokio::test]
async fn an_object_is_deleted_however_often_it_takes() {
    let mut objects = MockObjectStore::new();
    let mut left = 2;
    objects.expect_delete().returning(move |_| {
        left -= 1;
        if left >= 0 {
            return Err(ObjectError::Unavailable("away".into()));
        }
        Ok(())
    });
    let bench = Bench::over(FakeQueue::default(), objects);
    for attempts in [0, 1000] {
        bench.job(1, attempts, deletion("a/b"));
        let outcome = bench.once().await;
        assert!(matches!(outcome, Outcome::Again(..)), "{outcome:?}");
    }
    bench.job(1, 1001, deletion("a/b"));
    assert_eq!(bench.once().await, Outcome::Done);
}

#[tokio::test]
async fn a_batch_is_leased_and_every_job_settled() {
    let bench = Bench::new();
    for id in 1..=40 {
        let mail = mail_to(ANNA, Letter::PasswordChanged);
        bench.job(id, 0, Task::Mail(mail));
    }
    let mut tried = 0;
    for expected in [32, 8, 0] {
        assert_eq!(bench.worker.work_once().await.unwrap(), expected);
        tried += expected;
    }
    assert_eq!(bench.queue.settled.lock().unwrap().len(), tried);
    let leases = bench.queue.leases.lock().unwrap();
    assert_ne!(
        leases[0].0, leases[1].0,
        "each claim has an owner of its own"
    );
    assert!(
        leases
            .iter()
            .all(|(_, span)| *span == Duration::from_mins(3))
    );
}

#[tokio::test]
async fn a_lease_that_ran_out_is_no_fault() {
    let queue = FakeQueue {
        late: true,
        ..FakeQueue::default()
    };
    let bench = Bench::over(queue, MockObjectStore::new());
    assert_eq!(bench.mail(0, Letter::PasswordChanged).await, Outcome::Done);
}

/// M2
#[tokio::test(start_paused = true)]
async fn a_job_that_hangs_is_given_up_in_time_and_tried_again() {
    struct Hanging;

    #[async_trait]
    impl Mailer for Hanging {
        async fn send(&self, _: &Message) -> Result<(), MailError> {
            std::future::pending().await
        }
    }

    let mut bench = Bench::new();
    let worker = Arc::get_mut(&mut bench.worker).unwrap();
    worker.mailer = Arc::new(Hanging);
    let outcome = bench.mail(0, Letter::PasswordChanged).await;
    assert!(matches!(outcome, Outcome::Again(..)), "{outcome:?}");
}

async fn settled(bench: &Bench, count: usize) {
    while bench.queue.settled.lock().unwrap().len() < count {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_running_worker_finds_new_jobs_by_itself_or_at_once_when_poked_and_stops() {
    let bench = Bench::new();
    let shutdown = CancellationToken::new();
    let (worker, stop) = (Arc::clone(&bench.worker), shutdown.clone());
    let running = tokio::spawn(async move { worker.run(stop).await });
    let job = |id| bench.job(id, 0, Task::Mail(mail_to(ANNA, Letter::PasswordChanged)));
    job(1);
    settled(&bench, 1).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    job(2);
    settled(&bench, 2).await;
    let poked = tokio::time::Instant::now();
    job(3);
    bench.poke.notify_one();
    settled(&bench, 3).await;
    assert!(poked.elapsed() < Duration::from_millis(10));
    shutdown.cancel();
    running.await.unwrap();
}

/// D4
#[tokio::test(start_paused = true)]
async fn a_running_worker_outlives_an_absent_database() {
    let queue = FakeQueue {
        away: true,
        ..FakeQueue::default()
    };
    let bench = Bench::over(queue, MockObjectStore::new());
    assert!(bench.worker.work_once().await.is_err());
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    let worker = Arc::clone(&bench.worker);
    let running = tokio::spawn(async move { worker.run(stop).await });
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(!running.is_finished());
    shutdown.cancel();
    running.await.unwrap();
}

/// L1
#[tokio::test(start_paused = true)]
async fn a_worker_that_is_told_to_stop_begins_nothing_more_and_gives_everything_back() {
    let bench = Bench::new();
    bench.mailer.silent.store(true, Ordering::Relaxed);
    for id in 0..20 {
        bench.job(id, 0, Task::Mail(mail_to(ANNA, Letter::PasswordChanged)));
    }
    let shutdown = CancellationToken::new();
    let (worker, stop) = (Arc::clone(&bench.worker), shutdown.clone());
    let running = tokio::spawn(async move { worker.run(stop).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let told = tokio::time::Instant::now();
    shutdown.cancel();
    running.await.unwrap();
    assert!(
        told.elapsed() < Duration::from_secs(4),
        "{:?}",
        told.elapsed()
    );
    let settled = bench.queue.settled.lock().unwrap();
    assert_eq!(settled.len(), 20);
    let again = |(_, outcome): &(JobId, Outcome)| match outcome {
        Outcome::Again(due, reason) => (reason.contains("before it was begun"), *due),
        other => panic!("{other:?}"),
    };
    let again: Vec<_> = settled.iter().map(again).collect();
    let begun = again.iter().filter(|(unbegun, _)| !unbegun).count();
    assert_eq!(begun, 8, "those at once");
    let now = bench.clock.now();
    assert!(again.iter().all(|(unbegun, due)| !unbegun || *due == now));
}
