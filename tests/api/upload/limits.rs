//! Bytes of a file, files of a request, images and bytes of a member.

use serde_json::{Value, json};

use super::{studio, titled};
use crate::corpus;
use crate::support::Answer;

/// A sound PNG of exactly so many bytes, most of them a comment.
fn png_of(size: usize) -> Vec<u8> {
    let plain = corpus::png(8, 8);
    let filler = vec![b'x'; size - plain.len() - 12];
    let padded = corpus::with_chunks(&plain, &[(b"zzZz", &filler)]);
    assert_eq!(padded.len(), size);
    padded
}

/// U10
#[tokio::test]
async fn a_file_may_be_as_large_as_the_limit_and_no_larger() {
    let (server, member) = studio(&[("MAX_FILE_BYTES", "10000")]).await;
    member.upload(titled("x"), png_of(10_000)).await.data();
    let over = member.upload(titled("x"), png_of(10_001)).await;
    assert_eq!(over.code(), "PAYLOAD_TOO_LARGE");
    let batch = vec![(titled("x"), png_of(9_000)), (titled("x"), png_of(20_000))];
    let answer = member.upload_all(batch).await;
    assert_eq!(answer.code(), "PAYLOAD_TOO_LARGE");
    server.wait_for_objects(4).await;
}

/// U10
#[tokio::test]
async fn requests_have_limits_of_bytes_and_files() {
    let (server, member) = studio(&[("MAX_REQUEST_BYTES", "30000"), ("MAX_FILES", "3")]).await;
    let files =
        |count: usize, size: usize| (0..count).map(|_| (titled("x"), png_of(size))).collect();
    member.upload_all(files(3, 9_000)).await.data();
    let answer = member.upload_all(files(3, 10_000)).await;
    assert_eq!(answer.code(), "PAYLOAD_TOO_LARGE");
    let answer = member.upload_all(files(4, 1_000)).await;
    assert_eq!(answer.code(), "PAYLOAD_TOO_LARGE");
    server.wait_for_objects(12).await;
}

#[track_caller]
fn assert_full(answer: &Answer) {
    assert_eq!((answer.code(), answer.field()), ("QUOTA_EXCEEDED", "input"));
    assert_eq!(answer.error()["extensions"]["status"], 409);
}

/// U10
#[tokio::test]
async fn a_member_may_have_so_many_images() {
    let (server, member) = studio(&[("MAX_IMAGES", "3")]).await;
    let batch = |count: usize| {
        (0..count)
            .map(|_| (titled("x"), corpus::png(8, 8)))
            .collect()
    };
    assert_full(&member.upload_all(batch(4)).await);
    member.upload_all(batch(2)).await.data();
    assert_full(&member.upload_all(batch(2)).await);
    let last = member.put_up(titled("x"), corpus::png(8, 8)).await;
    assert_full(&member.upload_all(batch(1)).await);
    server.wait_for_objects(12).await;
    // Another member's account is their own, and what is deleted makes room.
    let other = server.member("other").await;
    other.upload_all(batch(3)).await.data();
    member.delete(&[&last]).await.data();
    member.upload_all(batch(1)).await.data();
    server.wait_for_objects(24).await;
}

/// What a server without bounds keeps of one upload: the original, and what is made of it.
async fn stored(picture: &[u8]) -> usize {
    let (server, member) = studio(&[]).await;
    member.upload(titled("x"), picture.to_vec()).await.data();
    server.wait_for_objects(4).await;
    server.object_bytes()
}

/// U10: everything that is kept counts, not the originals alone.
#[tokio::test]
async fn a_member_may_have_so_many_bytes() {
    let plain = corpus::png(40, 30);
    let room = (2 * stored(&plain).await).to_string();
    let (server, member) = studio(&[("MAX_STORED_BYTES", &room)]).await;
    for _ in 0..2 {
        let answer = member.upload(titled("x"), plain.clone()).await;
        assert_eq!(answer.data()["uploadImages"][0]["size"], plain.len());
    }
    assert_full(&member.upload(titled("x"), corpus::png(1, 1)).await);
    server.wait_for_objects(8).await;
}

/// U10: requests that race do not exceed the quota together.
#[tokio::test]
async fn racing_uploads_stay_within_the_quota() {
    let (server, member) = studio(&[("MAX_IMAGES", "3")]).await;
    let tabs: Vec<_> = (0..6).map(|_| member.another_tab()).collect();
    let uploads = tabs
        .iter()
        .map(|tab| tab.upload(titled("x"), corpus::png(8, 8)));
    let answers = futures::future::join_all(uploads).await;
    let (full, taken): (Vec<_>, Vec<_>) =
        answers.iter().partition(|a| a.body.get("errors").is_some());
    assert_eq!(taken.len(), 3);
    full.into_iter().for_each(assert_full);
    server.wait_for_objects(12).await;
    let answer = member
        .gql(
            "{ searchImages { totalCount } labels { count } }",
            Value::Null,
        )
        .await;
    let wanted = json!({ "searchImages": { "totalCount": 3 }, "labels": [{ "count": 3 }] });
    assert_eq!(answer.data(), &wanted);
}
