//! SIGTERM: what is in flight is finished, nothing new is begun.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::corpus;
use crate::support::{Client, Raw, Server};

/// The head and the body of an upload by a client.
fn upload(client: &Client, file: &[u8]) -> (String, Vec<u8>) {
    let query =
        "mutation($f: Upload!) { uploadImages(input: [{ title: \"Slow\", file: $f }]) { id } }";
    let operations = json!({ "query": query, "variables": { "f": null } });
    let mut body = format!(
        "--cut\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n{operations}\r\n\
         --cut\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n{{\"0\":[\"variables.f\"]}}\r\n\
         --cut\r\nContent-Disposition: form-data; name=\"0\"; filename=\"a.jpg\"\r\n\r\n"
    )
    .into_bytes();
    body.extend(file);
    body.extend(b"\r\n--cut--\r\n");
    let cookie = client.cookie.lock().unwrap().clone().unwrap();
    let csrf = client.csrf.lock().unwrap().clone().unwrap();
    let head = format!(
        "POST /query HTTP/1.1\r\nHost: shotify.test\r\nCookie: {cookie}\r\nX-CSRF-Token: {csrf}\r\n\
         Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    (head, body)
}

/// Half an upload, and the rest of it.
pub async fn begun(client: &Client) -> (TcpStream, Vec<u8>) {
    begun_with(client, &corpus::jpeg(900, 600)).await
}

/// The same of this file.
pub async fn begun_with(client: &Client, file: &[u8]) -> (TcpStream, Vec<u8>) {
    let (head, body) = upload(client, file);
    let mut stream = client.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    let (sent, rest) = body.split_at(body.len() / 2);
    stream.write_all(sent).await.unwrap();
    stream.flush().await.unwrap();
    (stream, rest.to_vec())
}

async fn wait_until(what: &str, condition: impl AsyncFn() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !condition().await {
        assert!(Instant::now() < end, "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// L1
#[tokio::test]
async fn an_upload_in_flight_is_finished_while_readiness_is_off_and_the_end_is_in_order() {
    let settings = [("SHUTDOWN_LINGER", "6s"), ("SHUTDOWN_DRAIN", "15s")];
    let mut server = Server::with(&settings).await;
    let anna = server.member("anna").await;
    let (mut stream, rest) = begun(&anna).await;
    server.terminate();
    let start = Instant::now();
    let guest = server.guest();
    wait_until("it stays ready", async || {
        guest.get("/readyz").await.status() == 503
    })
    .await;
    let away = guest.get("/readyz").await;
    assert_eq!(away.headers()["retry-after"], "1");
    assert_eq!(guest.get("/healthz").await.status(), 200);
    anna.me().await.data();

    let base = server.base.clone();
    let address = base.strip_prefix("http://").unwrap();
    wait_until("it goes on taking connections", async || {
        TcpStream::connect(address).await.is_err()
    })
    .await;
    stream.write_all(&rest).await.unwrap();
    let answer = Raw::read(stream).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(
        answer.body.contains("\"uploadImages\":[{\"id\":"),
        "{answer:?}"
    );
    assert_eq!(server.ended().await.code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(25));
    assert_eq!(server.rows("SELECT title FROM products").await, ["Slow"]);
    assert_eq!(server.objects().len(), 4, "all renditions are stored");
}

/// L1
#[tokio::test]
async fn an_idle_server_ends_at_once() {
    for signal in 0..2 {
        let mut server = Server::start().await;
        let guest = server.guest();
        guest.me().await.data();
        let kept = guest.connect().await;
        let start = Instant::now();
        server.terminate();
        if signal > 0 {
            server.terminate();
        }
        assert_eq!(server.ended().await.code(), Some(0));
        assert!(start.elapsed() < Duration::from_secs(10));
        drop(kept);
    }
}

/// L1
#[tokio::test]
async fn who_never_finishes_sending_is_given_up_and_the_end_is_in_order() {
    let mut server = Server::with(&[("SHUTDOWN_DRAIN", "1s")]).await;
    let anna = server.member("anna").await;
    let (stream, _) = begun(&anna).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    server.terminate();
    assert_eq!(server.ended().await.code(), Some(0));
    drop(stream);
    let log = server.log().join("\n");
    assert!(log.contains("did not finish sending"), "{log}");
    assert!(server.rows("SELECT title FROM products").await.is_empty());
    let again = Server::on(server.data.clone(), &[]).await;
    assert!(again.objects().is_empty());
    let spool = std::fs::read_dir(again.data.path().join("spool")).unwrap();
    assert_eq!(spool.count(), 0, "nothing is left behind");
}

/// L1 L2
#[tokio::test]
async fn half_a_head_keeps_neither_the_api_nor_the_metrics_from_ending() {
    for metrics in [false, true] {
        let mut server = Server::start().await;
        let base = if metrics {
            &server.metrics
        } else {
            &server.base
        };
        let mut stream = Client::new(base).connect().await;
        stream.write_all(b"GET /metr").await.unwrap();
        // An answer on another connection: by then the half is read, too.
        server.guest().me().await.data();
        server.statements().await;
        let start = Instant::now();
        server.terminate();
        assert_eq!(server.ended().await.code(), Some(0), "metrics: {metrics}");
        assert!(start.elapsed() < Duration::from_secs(10));
        drop(stream);
    }
}
