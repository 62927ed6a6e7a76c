//! D7: names that lead nowhere and certificates that have expired. Nothing crashes; who cannot work says so.

use std::process::Stdio;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use url::Url;

use crate::corpus;
use crate::mysql::service::Service;
use crate::mysql::{migrated, on_mysql};
use crate::support::tls::{acceptor, file};
use crate::support::{Client, Server, command};

/// A greeting of `MySQL` that offers TLS.
fn greeting() -> Vec<u8> {
    let mut packet = vec![10];
    packet.extend(b"8.4.0\0");
    packet.extend([1, 0, 0, 0]);
    packet.extend(b"12345678\0");
    // Protocol 4.1, TLS, authentication by plugin; UTF-8.
    packet.extend([0x00, 0x8a, 45, 2, 0, 0x08, 0x00, 21]);
    packet.extend([0; 10]);
    packet.extend(b"123456789012\0");
    packet.extend(b"caching_sha2_password\0");
    let length = u8::try_from(packet.len()).unwrap();
    [vec![length, 0, 0, 0], packet].concat()
}

async fn greet(mut client: TcpStream, acceptor: TlsAcceptor) {
    client.write_all(&greeting()).await.unwrap();
    // The request for TLS: 4 bytes before 32.
    let mut request = [0; 36];
    if client.read_exact(&mut request).await.is_ok() {
        let accepted = acceptor.accept(client).await;
        assert!(accepted.is_err(), "the certificate was believed");
    }
}

/// The port of something that greets as `MySQL` does, with a certificate that has expired.
async fn expired_mysql() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = acceptor("expired.pem");
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(greet(client, acceptor.clone()));
        }
    });
    port
}

/// What a server that cannot start says.
fn refused(url: &str) -> String {
    let data = TempDir::new().unwrap();
    let began = Instant::now();
    let mut program = command(&data, &[("DATABASE_URL", url)]);
    let ended = program.stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(began.elapsed() < Duration::from_secs(20), "{said}");
    assert!(said.contains("shotify: the database: "), "{said}");
    assert!(
        !said.contains("panicked") && !said.contains("hunter2"),
        "{said}"
    );
    said
}

/// D7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_does_not_start_without_its_database_and_says_why() {
    let port = expired_mysql().await;
    let authority = file("authority.pem");
    let tls = format!(
        "mysql://shop:hunter2@localhost:{port}/shop?ssl-mode=VERIFY_IDENTITY&ssl-ca={authority}"
    );
    let said = refused(&tls);
    assert!(said.contains("xpired"), "{said}");
    refused("mysql://shop:hunter2@nowhere.invalid/shop");
}

/// D7
#[tokio::test]
async fn names_that_lead_nowhere_keep_the_rest_from_nothing() {
    let settings = [
        ("SMTP_URL", "smtp://nowhere.invalid"),
        ("VISION", "google"),
        ("VISION_ENDPOINT", "http://127.0.0.1:1"),
    ];
    let server = Server::with(&settings).await;
    let guest = server.guest();
    let began = Instant::now();
    guest.register("anna", "anna@example.com").await.data();
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(guest.get("/readyz").await.status(), StatusCode::OK);
    assert_eq!(server.rows("SELECT payload FROM outbox").await.len(), 1);
}

/// D7: the database goes away, by name, and comes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_server_is_not_ready_while_its_database_cannot_be_reached() {
    on_mysql(async |url| {
        let data = migrated(url);
        let url: Url = url.parse().unwrap();
        let port = url.port().unwrap_or(3306);
        let service = Service::to(port).await;
        let name = service.url(&url);
        let server = Server::on(data, &[("DATABASE_URL", name.as_str())]).await;
        let anna = server.member("anna").await;
        service.lead(None);
        readiness(&server, StatusCode::SERVICE_UNAVAILABLE).await;
        let alive = server.guest().get("/healthz").await;
        assert_eq!(alive.status(), StatusCode::OK);
        let refused = anna.me().await;
        assert_eq!(
            (refused.code(), refused.status.as_u16()),
            ("UNAVAILABLE", 503)
        );
        service.lead(Some(port));
        readiness(&server, StatusCode::OK).await;
        put_up_again(&anna).await;
        let log = server.log().join("\n");
        assert!(!log.contains("panicked"), "{log}");
    })
    .await;
}

/// Connections that broke are found out by their first use, which may be that of somebody who is told to come again.
async fn put_up_again(client: &Client) {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let input = json!({ "title": "Back" });
        let answer = client.upload(input, corpus::png(8, 8)).await;
        if answer.body.get("errors").is_none() {
            return;
        }
        assert_eq!(answer.code(), "UNAVAILABLE", "{}", answer.body);
        assert!(Instant::now() < end, "{}", answer.body);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn readiness(server: &Server, expected: StatusCode) {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let status = server.guest().get("/readyz").await.status();
        if status == expected {
            return;
        }
        assert!(Instant::now() < end, "it stays {status}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
