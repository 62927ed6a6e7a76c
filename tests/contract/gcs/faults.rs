//! Bad answers, late answers and none. D5.

use std::time::{Duration, Instant};

use futures::StreamExt as _;
use shotify::ports::objects::{ObjectError, ObjectStore as _};
use tokio::net::TcpListener;

use super::{
    BYTES, Call, FakeGcs, KEY, SHORT, Wrong, bucket, config, failed, objects, open, put, received,
    stocked, unavailable,
};

/// D5
#[tokio::test]
async fn a_read_that_fails_for_the_moment_is_made_again() {
    for wrong in [
        Wrong::Status(503),
        Wrong::Status(408),
        Wrong::Wait(429, 0),
        Wrong::Silence,
        Wrong::Broken,
        Wrong::Cut(5),
        Wrong::Stall(5),
        Wrong::Stall(0),
    ] {
        let (fake, bucket) = stocked().await;
        fake.once(Call::Read, wrong);
        let (bytes, end) = received(&bucket, KEY).await;
        end.unwrap();
        assert_eq!(
            (bytes.as_slice(), fake.calls(Call::Read)),
            (BYTES, 2),
            "{wrong:?}"
        );
        fake.once(Call::Read, wrong);
        let part = objects::read(&bucket, KEY, Some(4..13)).await;
        assert_eq!(
            (part.as_slice(), fake.calls(Call::Read)),
            (&BYTES[4..13], 4),
            "{wrong:?}"
        );
    }
}

/// D5
#[tokio::test]
async fn a_look_that_fails_for_the_moment_is_made_again() {
    let (fake, bucket) = stocked().await;
    for wrong in [
        Wrong::Status(500),
        Wrong::Silence,
        Wrong::Broken,
        Wrong::Cut(9),
    ] {
        let before = fake.calls(Call::Look);
        fake.once(Call::Look, wrong);
        assert_eq!(bucket.size(KEY).await.unwrap(), 22);
        assert_eq!(fake.calls(Call::Look), before + 2, "{wrong:?}");
    }
}

#[tokio::test]
async fn the_pause_that_is_asked_for_is_made() {
    let (fake, bucket) = stocked().await;
    fake.once(Call::Read, Wrong::Wait(429, 1));
    let began = Instant::now();
    received(&bucket, KEY).await.1.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1));
    fake.once(Call::Look, Wrong::Wait(503, 1));
    let began = Instant::now();
    bucket.size(KEY).await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_long_pause_is_left_to_the_caller() {
    let (fake, bucket) = stocked().await;
    for call in [Call::Read, Call::Look, Call::Upload, Call::Delete] {
        let before = fake.calls(call);
        fake.once(call, Wrong::Wait(429, 120));
        let error = match call {
            Call::Read => received(&bucket, KEY).await.1,
            Call::Look => bucket.size(KEY).await.map(drop),
            Call::Upload => put(&bucket, "cd34/o.jpg", BYTES).await,
            _ => bucket.delete(KEY).await,
        };
        let error = error.unwrap_err();
        assert!(unavailable(&error).contains("429"), "{error}");
        assert_eq!(fake.calls(call), before + 1);
    }
}

/// D5: three tries of 300 ms each, whatever hangs.
#[tokio::test]
async fn nobody_waits_without_bound() {
    let (fake, bucket) = stocked().await;
    for call in [Call::Read, Call::Look, Call::Upload, Call::Delete] {
        fake.times(3, call, Wrong::Silence);
        let began = Instant::now();
        let error = match call {
            Call::Read => received(&bucket, KEY).await.1,
            Call::Look => bucket.size(KEY).await.map(drop),
            Call::Upload => put(&bucket, "cd34/o.jpg", BYTES).await,
            _ => bucket.delete(KEY).await,
        };
        unavailable(&error.unwrap_err());
        let took = began.elapsed();
        assert!(
            took >= 3 * SHORT && took < Duration::from_secs(5),
            "{took:?}"
        );
    }
}

/// D5
#[tokio::test]
async fn a_read_that_breaks_off_again_and_again_ends_in_an_error() {
    for wrong in [Wrong::Cut(3), Wrong::Stall(3)] {
        let (fake, bucket) = stocked().await;
        fake.times(3, Call::Read, wrong);
        let (bytes, end) = received(&bucket, KEY).await;
        unavailable(&end.unwrap_err());
        assert!(bytes.len() < BYTES.len() && BYTES.starts_with(&bytes));
        assert_eq!(fake.calls(Call::Read), 3);
    }
}

/// A replaced object is not mixed with what was read of the old one, also where no checksum would tell.
#[tokio::test]
async fn a_read_is_not_taken_up_in_another_object() {
    for range in [None, Some(0..22)] {
        let (fake, bucket) = stocked().await;
        fake.once(Call::Read, Wrong::Stall(5));
        let object = bucket.get(KEY, range).await.unwrap();
        put(&bucket, KEY, b"something else entirely").await.unwrap();
        let chunks: Vec<_> = object.bytes.collect().await;
        let error = chunks.into_iter().find_map(Result::err).unwrap();
        failed(&error);
    }
}

/// D5: who is sent a damaged object sees that it ends too early.
#[tokio::test]
async fn damaged_bytes_are_not_given_out_as_whole() {
    let (fake, bucket) = stocked().await;
    let ends_in_an_error = async |bucket| {
        let (bytes, end) = received(bucket, KEY).await;
        let error = end.unwrap_err();
        assert!(failed(&error).contains("other bytes"), "{error}");
        assert!(bytes.len() < BYTES.len());
    };
    fake.once(Call::Read, Wrong::Flipped);
    ends_in_an_error(&bucket).await;
    assert_eq!(received(&bucket, KEY).await.0, BYTES);
    fake.damage(KEY);
    ends_in_an_error(&bucket).await;
    fake.damage(KEY);
    fake.deny(KEY);
    ends_in_an_error(&bucket).await;
    // No checksum of a part exists.
    assert_eq!(objects::read(&bucket, KEY, Some(0..22)).await, BYTES);
}

#[tokio::test]
async fn what_is_refused_is_not_tried_again() {
    let (fake, bucket) = stocked().await;
    for status in [400, 401, 403] {
        for call in [Call::Read, Call::Look, Call::Upload, Call::Delete] {
            let before = fake.calls(call);
            fake.once(call, Wrong::Status(status));
            let error = match call {
                Call::Read => received(&bucket, KEY).await.1,
                Call::Look => bucket.size(KEY).await.map(drop),
                Call::Upload => put(&bucket, "cd34/o.jpg", BYTES).await,
                _ => bucket.delete(KEY).await,
            };
            let error = error.unwrap_err();
            let reason = failed(&error);
            let told = reason.contains(&status.to_string()) && reason.contains("own sentence");
            assert!(told && !reason.contains("127.0.0.1"), "{call:?} {reason}");
            assert_eq!(fake.calls(call), before + 1);
        }
    }
}

/// D5, D7
#[tokio::test]
async fn nobody_there_is_told_soon_and_without_the_address() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let bucket = open(config(&endpoint)).unwrap();
    let began = Instant::now();
    for error in [
        put(&bucket, KEY, BYTES).await.unwrap_err(),
        received(&bucket, KEY).await.1.unwrap_err(),
        bucket.size(KEY).await.unwrap_err(),
        bucket.delete(KEY).await.unwrap_err(),
    ] {
        let reason = unavailable(&error);
        assert!(reason.contains("no answer"), "{reason}");
        assert!(!reason.contains("http"), "{reason}");
    }
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn it_recovers_by_itself() {
    let fake = FakeGcs::start().await;
    let bucket = bucket(&fake);
    fake.times(3, Call::Upload, Wrong::Silence);
    assert!(put(&bucket, KEY, BYTES).await.is_err());
    put(&bucket, KEY, BYTES).await.unwrap();
    assert!(matches!(
        bucket.size("cd34/o.jpg").await,
        Err(ObjectError::Missing)
    ));
}
