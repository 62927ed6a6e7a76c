//! Clients that take their time.

use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{Client, Server};

const MANY: usize = 5_000;
const TRICKLING: usize = 100;

/// Whether this process may have so many open files.
fn allowed(files: u64) -> bool {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let most = Rlimit {
        current: maximum,
        maximum,
    };
    let _ = setrlimit(Resource::Nofile, most);
    getrlimit(Resource::Nofile)
        .current
        .is_none_or(|limit| limit >= files)
}

async fn connected(client: &Client, count: usize) -> Vec<TcpStream> {
    let mut streams = Vec::with_capacity(count);
    for _ in 0..count {
        streams.push(client.connect().await);
    }
    streams
}

/// Sends one more byte of a head on each connection, again and again.
async fn trickle(mut streams: Vec<TcpStream>) -> usize {
    let mut closed = 0;
    while !streams.is_empty() {
        let mut open = Vec::new();
        for mut stream in streams {
            match stream.write_all(b"X").await {
                Ok(()) => open.push(stream),
                Err(_) => closed += 1,
            }
        }
        streams = open;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    closed
}

/// L2
#[tokio::test]
async fn five_thousand_connections_that_say_nothing_or_little_disturb_nobody_and_are_closed() {
    if !allowed(2 * MANY as u64) {
        println!("so many files cannot be opened here: left out");
        return;
    }
    let server = Server::with(&[("HEADER_TIMEOUT", "8s")]).await;
    let anna = server.member("anna").await;
    let guest = server.guest();
    let began = Instant::now();
    let mut silent = connected(&guest, MANY - TRICKLING).await;
    let mut slow = connected(&guest, TRICKLING).await;
    for stream in &mut slow {
        stream
            .write_all(b"POST /query HTTP/1.1\r\nX-Slow: ")
            .await
            .unwrap();
    }
    let slow = tokio::spawn(trickle(slow));
    for _ in 0..50 {
        anna.me().await.data();
    }
    let opened = began.elapsed();
    for stream in &mut silent {
        let closed = timeout(Duration::from_mins(1), stream.read(&mut [0])).await;
        assert!(!matches!(closed, Err(_) | Ok(Ok(1..))), "it is still open");
    }
    let closed = timeout(Duration::from_mins(1), slow).await;
    assert_eq!(closed.unwrap().unwrap(), TRICKLING);
    println!(
        "opened and asked in {opened:?}, closed after {:?}",
        began.elapsed()
    );
    anna.me().await.data();
}
