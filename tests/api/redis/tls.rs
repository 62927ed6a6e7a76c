//! `rediss://`: Redis behind TLS, with a certificate of a private authority.

use std::net::SocketAddr;
use std::sync::Arc;

use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::away::assert_unavailable;
use super::{ANNA, on_plain_redis, server};
use crate::support::PASSWORD;
use crate::support::tls::{acceptor, file};

/// Redis, spoken to by TLS at this address.
async fn behind_tls(redis: &Url, certificate: &str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let port = redis.port().unwrap_or(6379);
    let target = format!("{}:{port}", redis.host_str().unwrap());
    let acceptor = acceptor(certificate);
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let (acceptor, target) = (acceptor.clone(), target.clone());
            tokio::spawn(async move {
                // Who does not trust the certificate hangs up.
                if let Ok(mut client) = acceptor.accept(client).await {
                    let mut redis = TcpStream::connect(target).await.unwrap();
                    let _ = copy_bidirectional(&mut client, &mut redis).await;
                }
            });
        }
    });
    address
}

fn url(redis: &Url, at: SocketAddr) -> String {
    let login = match redis.password() {
        Some(password) => format!("{}:{password}@", redis.username()),
        None => String::new(),
    };
    format!("rediss://{login}localhost:{}{}", at.port(), redis.path())
}

#[tokio::test]
async fn a_certificate_is_believed_from_a_known_authority_for_its_own_name_only() {
    on_plain_redis(async |place| {
        let own = behind_tls(&place.url, "server.pem").await;
        let strange = behind_tls(&place.url, "stranger.pem").await;
        let authority = file("authority.pem");
        let known = [("SSL_CERT_FILE", authority.as_str())];
        let data = Arc::new(TempDir::new().unwrap());
        let trusting = server(&data, &url(&place.url, own), &known).await;
        let anna = trusting.member("anna").await;
        anna.me().await.data();
        anna.refresh().await.data();
        assert!(!place.keys.all().await.is_empty(), "Redis holds something");
        let wrong = [
            ("an unknown authority", own, &[][..]),
            ("another's name", strange, &known),
        ];
        for (what, at, settings) in wrong {
            let wary = server(&data, &url(&place.url, at), settings).await;
            let sign_in = wary.guest();
            assert_unavailable(what, sign_in.sign_in(ANNA, PASSWORD)).await;
            let said = wary.log().join("\n");
            assert!(said.contains("invalid peer certificate"), "{said}");
        }
    })
    .await;
}
