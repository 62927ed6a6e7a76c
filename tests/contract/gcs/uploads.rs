//! Uploads are all or nothing, and nothing twice.

use shotify::ports::objects::ObjectStore as _;

use super::{BYTES, Call, FakeGcs, KEY, Wrong, bucket, failed, put, stocked, unavailable};

#[tokio::test]
async fn what_it_is_goes_with_it() {
    let (fake, _) = stocked().await;
    let kept = fake.objects().remove(KEY).unwrap();
    assert_eq!(kept.bytes, BYTES);
    assert_eq!(kept.metadata["contentType"], "image/jpeg");
    assert_eq!(kept.metadata["cacheControl"], "private, no-cache");
}

/// D5
#[tokio::test]
async fn an_upload_that_fails_for_the_moment_is_made_again() {
    for wrong in [
        Wrong::Status(503),
        Wrong::Status(500),
        Wrong::Wait(429, 0),
        Wrong::Silence,
        Wrong::Broken,
    ] {
        let fake = FakeGcs::start().await;
        fake.once(Call::Upload, wrong);
        put(&bucket(&fake), KEY, BYTES).await.unwrap();
        assert_eq!(fake.calls(Call::Upload), 2, "{wrong:?}");
        assert_eq!(fake.objects()[KEY].bytes, BYTES);
    }
}

/// D5, K2: done, but nobody was told. The second try finds the first one's work.
#[tokio::test]
async fn an_upload_whose_answer_is_lost_is_not_made_twice() {
    for wrong in [Wrong::DoneBut(503), Wrong::DoneInSilence, Wrong::Cut(20)] {
        let fake = FakeGcs::start().await;
        fake.once(Call::Upload, wrong);
        put(&bucket(&fake), KEY, BYTES).await.unwrap();
        assert_eq!(fake.objects()[KEY].generation, 1, "{wrong:?}");
        assert_eq!(fake.calls(Call::Upload), 2);
    }
}

/// A late try must not bring back what was replaced since: each names what it replaces.
#[tokio::test]
async fn an_object_is_replaced_only_by_who_has_seen_it() {
    let (fake, bucket) = stocked().await;
    put(&bucket, KEY, b"others").await.unwrap();
    assert_eq!(fake.objects()[KEY].bytes, &b"others"[..]);
    assert_eq!(fake.objects()[KEY].generation, 2);
    assert_eq!((fake.calls(Call::Upload), fake.calls(Call::Look)), (3, 1));
    put(&bucket, KEY, b"others").await.unwrap();
    assert_eq!(fake.objects()[KEY].generation, 2, "the same is there");
}

/// D5
#[tokio::test]
async fn what_is_kept_as_something_else_is_not_kept() {
    let fake = FakeGcs::start().await;
    fake.once(Call::Upload, Wrong::Damaged);
    let bucket = bucket(&fake);
    let error = put(&bucket, KEY, BYTES).await.unwrap_err();
    assert!(failed(&error).contains("other bytes"), "{error}");
    assert!(fake.objects().is_empty());
    put(&bucket, KEY, BYTES).await.unwrap();
    assert_eq!(fake.objects()[KEY].bytes, BYTES);
}

/// D5
#[tokio::test]
async fn an_upload_that_never_works_leaves_nothing() {
    for wrong in [Wrong::Status(503), Wrong::Silence, Wrong::Broken] {
        let fake = FakeGcs::start().await;
        fake.times(3, Call::Upload, wrong);
        let error = put(&bucket(&fake), KEY, BYTES).await.unwrap_err();
        unavailable(&error);
        assert_eq!(fake.calls(Call::Upload), 3, "{wrong:?}");
        assert!(fake.objects().is_empty());
    }
}

#[tokio::test]
async fn a_deletion_is_made_again_and_of_what_is_gone_is_none() {
    let (fake, bucket) = stocked().await;
    fake.once(Call::Delete, Wrong::Status(503));
    bucket.delete(KEY).await.unwrap();
    assert!(fake.objects().is_empty());
    for wrong in [Wrong::DoneBut(503), Wrong::DoneInSilence] {
        put(&bucket, KEY, BYTES).await.unwrap();
        fake.once(Call::Delete, wrong);
        bucket.delete(KEY).await.unwrap();
        assert!(fake.objects().is_empty());
    }
    fake.times(3, Call::Delete, Wrong::Status(500));
    unavailable(&bucket.delete(KEY).await.unwrap_err());
}
