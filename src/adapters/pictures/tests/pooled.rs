//! The pool: bounded work, bounded memory, and permits that always come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use crate::ports::pictures::{PictureError, Studio};

use super::super::pool::Pool;
use super::super::{PictureLimits, PictureStudio};
use super::{Eye, corpus, spooled};

fn limits(workers: usize, queue: usize, pixels_in_flight: u64) -> PictureLimits {
    PictureLimits {
        workers,
        queue,
        pixels_in_flight,
        ..PictureLimits::default()
    }
}

/// Keeps one worker busy until the sender is used or dropped.
fn occupied(
    pool: &Arc<Pool>,
) -> (
    mpsc::Sender<()>,
    tokio::sync::oneshot::Receiver<()>,
    tokio::task::JoinHandle<()>,
) {
    let (release, released) = mpsc::channel();
    let (started, running) = tokio::sync::oneshot::channel();
    let pool = pool.clone();
    let task = tokio::spawn(async move {
        let work = move |_: &[u8]| {
            started.send(()).ok();
            released.recv().ok();
            Ok(())
        };
        pool.run(spooled(&corpus::png(4, 4)), work).await.ok();
    });
    (release, running, task)
}

#[tokio::test]
async fn the_studio_develops_and_makes_avatars() {
    let studio = PictureStudio::new(PictureLimits::default(), Arc::new(Eye));
    let made = studio
        .develop(spooled(corpus::SEA), "Shotify · bob".into())
        .await
        .unwrap();
    assert_eq!((made.facts.width, made.facts.height), (1024, 768));
    assert_ne!(made.watermarked.bytes, made.preview.bytes);
    assert!(studio.avatar(spooled(&corpus::png(64, 64))).await.is_ok());
    let refused = studio.avatar(spooled(b"not a picture")).await;
    assert!(matches!(refused, Err(PictureError::Unsupported(_))));
}

/// L3
#[tokio::test]
async fn a_full_queue_answers_busy_at_once() {
    let pool = Arc::new(Pool::new(limits(1, 0, 1_000_000)));
    let (release, running, task) = occupied(&pool);
    running.await.unwrap();
    let second = pool.run(spooled(&corpus::png(4, 4)), |_| Ok(())).await;
    assert!(matches!(second, Err(PictureError::Busy)));
    release.send(()).unwrap();
    task.await.unwrap();
    assert!(
        pool.run(spooled(&corpus::png(4, 4)), |_| Ok(()))
            .await
            .is_ok()
    );
}

/// L3
#[tokio::test]
async fn callers_that_go_away_leak_nothing() {
    let pool = Arc::new(Pool::new(limits(1, 1, 1)));
    let (release, running, task) = occupied(&pool);
    running.await.unwrap();
    let waiting = tokio::spawn({
        let pool = pool.clone();
        async move { pool.run(spooled(&corpus::png(4, 4)), |_| Ok(())).await }
    });
    tokio::task::yield_now().await;
    waiting.abort();
    task.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    // The work itself goes on, and holds its permits, until it ends.
    drop(release);
    let comes_back = async {
        while pool
            .run(spooled(&corpus::png(4, 4)), |_| Ok(()))
            .await
            .is_err()
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), comes_back)
        .await
        .unwrap();
}

/// U4, L3
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_are_decoded_together_only_as_far_as_memory_allows() {
    // Room for one picture of 64 x 64 and its file, not for two.
    let pool = Arc::new(Pool::new(limits(4, 8, 8_192)));
    let file = corpus::png(64, 64);
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (pool, now, most, upload) =
                (pool.clone(), now.clone(), most.clone(), spooled(&file));
            tokio::spawn(async move {
                let work = move |_: &[u8]| {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    now.fetch_sub(1, Ordering::SeqCst);
                    Ok(())
                };
                pool.run(upload, work).await
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(most.load(Ordering::SeqCst), 1);
}

/// U7
#[tokio::test]
async fn a_decoder_that_panics_refuses_its_file_only() {
    let pool = Pool::new(limits(1, 0, 1));
    let panicking = |_: &[u8]| -> Result<(), PictureError> { panic!("a decoder's bug") };
    let outcome = pool.run(spooled(&corpus::png(4, 4)), panicking).await;
    assert!(matches!(outcome, Err(PictureError::Unsupported(_))));
    assert!(
        pool.run(spooled(&corpus::png(4, 4)), |_| Ok(()))
            .await
            .is_ok()
    );
}

/// U5
#[tokio::test]
async fn what_is_too_large_never_reaches_a_decoder() {
    let pool = Pool::new(limits(1, 0, 1));
    let bomb = spooled(&corpus::lying_png(50_000, 50_000));
    let outcome = pool
        .run(bomb, |_| -> Result<(), _> { panic!("must not be called") })
        .await;
    assert!(matches!(outcome, Err(PictureError::TooLarge(_))));
}
