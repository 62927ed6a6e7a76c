//! The largest pictures that are allowed, many at once, and requests that break off.

use std::time::{Duration, Instant};

use image::{GrayImage, ImageFormat, Luma};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;

use super::{studio, titled};
use crate::corpus;
use crate::support::{Client, Server};

/// Grey, so that the file is small and its making quick.
fn plain(width: u32, height: u32) -> Vec<u8> {
    let picture = GrayImage::from_pixel(width, height, Luma([120]));
    corpus::file(picture, ImageFormat::Png)
}

/// U5: the default limits themselves.
#[tokio::test]
async fn pictures_at_the_limits_are_taken_and_a_pixel_more_is_not() {
    let (_server, member) = studio(&[]).await;
    for (width, height) in [(16_384, 1), (1, 16_384), (16_384, 3_051)] {
        let answer = member.upload(titled("x"), plain(width, height)).await;
        let image = &answer.data()["uploadImages"][0];
        assert_eq!(image["width"], width);
        assert_eq!(image["height"], height);
    }
    for (width, height) in [(16_385, 1), (1, 16_385), (16_384, 3_052)] {
        let answer = member
            .upload(titled("x"), corpus::lying_png(width, height))
            .await;
        assert_eq!(answer.code(), "PAYLOAD_TOO_LARGE", "{width} x {height}");
    }
}

/// U4, L3: what is decoded at once is bounded, however many ask for it.
#[tokio::test]
async fn many_large_pictures_at_once_take_no_more_memory_than_the_bound() {
    let (server, member) = studio(&[("REQUEST_DEADLINE", "5m")]).await;
    let large = plain(4_000, 4_000);
    member.upload(titled("x"), large.clone()).await.data();
    let one = server.memory_peak();
    let tabs: Vec<Client> = (0..4).map(|_| member.another_tab()).collect();
    let uploads = tabs
        .iter()
        .map(|tab| tab.upload(titled("x"), large.clone()));
    for answer in futures::future::join_all(uploads).await {
        answer.data();
    }
    let rise = server.memory_peak().saturating_sub(one);
    assert!(rise < 128 << 20, "{} MiB more", rise >> 20);
}

/// Files without a name that the server holds open in its spool.
fn spooled(server: &Server) -> usize {
    let folder = server.data.path().join("spool");
    let open = std::fs::read_dir(format!("/proc/{}/fd", server.id())).unwrap();
    let targets = open.filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok());
    targets.filter(|target| target.starts_with(&folder)).count()
}

async fn wait_for_spooled(server: &Server, wanted: usize) {
    let end = Instant::now() + Duration::from_secs(10);
    while spooled(server) != wanted {
        assert!(Instant::now() < end, "{} in the spool", spooled(server));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The beginning of a multipart request whose file is longer than what is sent of it.
async fn begin(member: &Client) -> tokio::net::TcpStream {
    let operations = json!({
        "query": "mutation($input: [NewImageInput!]!) { uploadImages(input: $input) { id } }",
        "variables": { "input": [{ "title": "x", "file": null }] },
    });
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n{operations}\r\n\
         --b\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n{{\"0\":[\"variables.input.0.file\"]}}\r\n\
         --b\r\nContent-Disposition: form-data; name=\"0\"; filename=\"x\"\r\n\r\n"
    );
    let head = format!(
        "POST /query HTTP/1.1\r\nHost: x\r\nCookie: {}\r\nX-CSRF-Token: {}\r\n\
         Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n",
        member.cookie.lock().unwrap().as_deref().unwrap_or_default(),
        member.csrf.lock().unwrap().as_deref().unwrap_or_default(),
    );
    let mut stream = member.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    stream.write_all(corpus::CAT).await.unwrap();
    stream
}

/// U10, K1: while an upload lasts its bytes are in a file without a name, and nowhere once it ended.
#[tokio::test]
async fn uploads_that_break_off_leave_no_file_behind() {
    let (server, member) = studio(&[]).await;
    let mut begun = Vec::new();
    for _ in 0..5 {
        begun.push(begin(&member).await);
    }
    wait_for_spooled(&server, 5).await;
    drop(begun);
    wait_for_spooled(&server, 0).await;
    let torn = corpus::CAT[..corpus::CAT.len() / 2].to_vec();
    assert_eq!(
        member.upload(titled("x"), torn).await.code(),
        "UNSUPPORTED_IMAGE"
    );
    member.put_up(titled("x"), corpus::CAT.to_vec()).await;
    wait_for_spooled(&server, 0).await;
    let named = std::fs::read_dir(server.data.path().join("spool")).unwrap();
    assert_eq!(named.count(), 0);
    server.wait_for_objects(4).await;
}
