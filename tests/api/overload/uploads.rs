//! Uploads that are under way for long.

use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::corpus;
use crate::http::ending::{begun, begun_with};
use crate::support::{Answer, Client, Raw, Server};

async fn upload(client: &Client) -> Answer {
    client
        .upload(json!({ "title": "Quick" }), corpus::png(8, 8))
        .await
}

async fn finish(mut stream: TcpStream, rest: &[u8]) -> Raw {
    stream.write_all(rest).await.unwrap();
    Raw::read(stream).await
}

/// L2 L3
#[tokio::test]
async fn uploads_that_take_long_take_no_turn_from_queries_and_only_so_many_are_received() {
    for (setting, code, status) in [
        ("MAX_UPLOADS", "UNAVAILABLE", 503),
        ("MAX_UPLOADS_PER_CLIENT", "RATE_LIMITED", 429),
    ] {
        let server = Server::with(&[(setting, "1"), ("MAX_CONCURRENT_REQUESTS", "1")]).await;
        let anna = server.member("anna").await;
        let (stream, rest) = begun(&anna).await;
        // By the time that this is answered the half was read.
        anna.me().await.data();
        let refused = loop {
            let answer = upload(&anna).await;
            if answer.body.get("errors").is_some() {
                break answer;
            }
        };
        assert_eq!((refused.code(), refused.status.as_u16()), (code, status));
        assert_eq!(refused.headers["retry-after"], "1");
        anna.me().await.data();
        let answer = finish(stream, &rest).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(
            answer.body.contains("\"uploadImages\":[{\"id\":"),
            "{answer:?}"
        );
        upload(&anna).await.data();
    }
}

/// L3 U10
#[tokio::test]
async fn a_full_spool_refuses_the_next_upload_and_is_empty_again_afterwards() {
    let settings = [
        ("MAX_SPOOL_BYTES", "1048576"),
        ("MAX_REQUEST_BYTES", "1048576"),
    ];
    let server = Server::with(&settings).await;
    let anna = server.member("anna").await;
    let large = vec![b'x'; 900_000];
    // Half of it is in the spool, and there is no room for all of another.
    let (stream, rest) = begun_with(&anna, &large).await;
    anna.me().await.data();
    let again = async || anna.upload(json!({ "title": "x" }), large.clone()).await;
    let refused = loop {
        let answer = again().await;
        if answer.code() != "UNSUPPORTED_IMAGE" {
            break answer;
        }
    };
    assert_eq!(
        (refused.code(), refused.status.as_u16()),
        ("UNAVAILABLE", 503)
    );
    assert_eq!(refused.headers["retry-after"], "1");
    upload(&anna).await.data();
    let answer = finish(stream, &rest).await;
    assert!(answer.body.contains("UNSUPPORTED_IMAGE"), "{answer:?}");
    assert_eq!(again().await.code(), "UNSUPPORTED_IMAGE");
    let spool = std::fs::read_dir(server.data.path().join("spool")).unwrap();
    assert_eq!(spool.count(), 0);
}
