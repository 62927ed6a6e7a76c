use std::sync::atomic::{AtomicBool, Ordering};

use axum::routing::{get, post};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::*;

const GET: &[u8] = b"GET /peer HTTP/1.1\r\nHost: x\r\n\r\n";

/// More than sockets hold.
const LARGE: usize = 32 << 20;

struct Running {
    address: SocketAddr,
    ending: CancellationToken,
    server: JoinHandle<bool>,
    waiting: Arc<AtomicBool>,
    go: Arc<Notify>,
}

fn bounds() -> Bounds {
    Bounds {
        header_timeout: Duration::from_mins(1),
        write_timeout: Duration::from_mins(1),
        connections: 100,
        linger: Duration::ZERO,
        drain: Duration::from_mins(1),
        counted: false,
    }
}

async fn start(bounds: Bounds) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (waiting, go) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()));
    let (flag, notify) = (Arc::clone(&waiting), Arc::clone(&go));
    let slow = async move || {
        flag.store(true, Ordering::SeqCst);
        notify.notified().await;
        "slow"
    };
    let peer = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string();
    let flag = Arc::clone(&waiting);
    let echo = async move |body: Body| {
        flag.store(true, Ordering::SeqCst);
        axum::body::to_bytes(body, 100).await.unwrap()
    };
    let router = Router::new()
        .route("/peer", get(peer))
        .route("/echo", post(echo))
        .route("/large", get(async || vec![b'x'; LARGE]))
        .route("/slow", get(slow));
    let ending = CancellationToken::new();
    let server = tokio::spawn(serve(listener, router, bounds, ending.clone()));
    Running {
        address,
        ending,
        server,
        waiting,
        go,
    }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// A connection whose request is in work.
    async fn slow(&self) -> TcpStream {
        let mut stream = self.connect().await;
        stream
            .write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
        while !self.waiting.load(Ordering::SeqCst) {
            sleep(Duration::from_millis(1)).await;
        }
        stream
    }
}

/// Reads until what was read holds `end`.
async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    while !text.contains(end) {
        let mut bytes = [0; 1024];
        let count = stream.read(&mut bytes).await.unwrap();
        assert!(count > 0, "closed after {text:?}");
        text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
    }
    text
}

/// Whether the server closes the connection without another word.
async fn is_closed(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    let ended = timeout(Duration::from_secs(30), stream.read_to_end(&mut rest)).await;
    ended.is_ok()
}

#[tokio::test]
async fn a_request_knows_its_peer_and_connections_are_kept() {
    let running = start(bounds()).await;
    let mut stream = running.connect().await;
    let own = stream.local_addr().unwrap().to_string();
    for _ in 0..2 {
        stream.write_all(GET).await.unwrap();
        let answer = read_until(&mut stream, &own).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        assert!(!answer.to_lowercase().contains("\r\nserver:"), "{answer}");
    }
}

/// L1
#[tokio::test]
async fn what_is_in_work_is_finished_and_idle_connections_are_closed() {
    let running = start(bounds()).await;
    let mut idle = running.connect().await;
    idle.write_all(GET).await.unwrap();
    read_until(&mut idle, "127.0.0.1").await;
    let mut slow = running.slow().await;
    running.ending.cancel();
    assert!(is_closed(&mut idle).await);
    assert!(TcpStream::connect(running.address).await.is_err());
    assert!(!running.server.is_finished());
    running.go.notify_one();
    read_until(&mut slow, "slow").await;
    assert!(running.server.await.unwrap());
}

/// L1
#[tokio::test]
async fn connections_are_taken_for_a_while_after_the_signal() {
    let linger = Duration::from_mins(10);
    let running = start(Bounds { linger, ..bounds() }).await;
    running.ending.cancel();
    let mut stream = running.connect().await;
    stream.write_all(GET).await.unwrap();
    read_until(&mut stream, "127.0.0.1").await;
    assert!(!running.server.is_finished());
    running.server.abort();
}

/// L1
#[tokio::test]
async fn what_never_ends_is_given_up() {
    let drain = Duration::from_millis(50);
    let running = start(Bounds { drain, ..bounds() }).await;
    let _slow = running.slow().await;
    running.ending.cancel();
    assert!(!running.server.await.unwrap());
}

/// L1
#[tokio::test]
async fn half_a_head_is_no_request_to_wait_for() {
    let running = start(bounds()).await;
    let mut half = running.connect().await;
    half.write_all(b"GET /pe").await.unwrap();
    // Taken later, answered: the half was read before.
    let mut whole = running.connect().await;
    whole.write_all(GET).await.unwrap();
    read_until(&mut whole, "127.0.0.1").await;
    running.ending.cancel();
    let ended = timeout(Duration::from_secs(30), running.server).await;
    assert!(ended.expect("nobody waits for the rest").unwrap());
    assert!(is_closed(&mut half).await);
}

/// L1
#[tokio::test]
async fn half_a_body_is_waited_for_and_given_up_in_good_order() {
    let drain = Duration::from_millis(100);
    let running = start(Bounds { drain, ..bounds() }).await;
    let mut half = running.connect().await;
    half.write_all(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
        .await
        .unwrap();
    while !running.waiting.load(Ordering::SeqCst) {
        sleep(Duration::from_millis(1)).await;
    }
    running.ending.cancel();
    assert!(running.server.await.unwrap());
}

/// L2
#[tokio::test]
async fn a_head_that_does_not_come_ends_the_connection() {
    let header_timeout = Duration::from_millis(100);
    let running = start(Bounds {
        header_timeout,
        ..bounds()
    })
    .await;
    let mut silent = running.connect().await;
    let mut half = running.connect().await;
    half.write_all(b"GET /peer HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        .await
        .unwrap();
    let mut idle = running.connect().await;
    idle.write_all(GET).await.unwrap();
    read_until(&mut idle, "127.0.0.1").await;
    for stream in [&mut silent, &mut half, &mut idle] {
        assert!(is_closed(stream).await);
    }
}

/// L2
#[tokio::test]
async fn who_does_not_read_the_answer_is_cut_off_and_keeps_no_place() {
    let running = start(Bounds {
        write_timeout: Duration::from_millis(200),
        connections: 1,
        ..bounds()
    })
    .await;
    let mut stream = running.connect().await;
    stream
        .write_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    // The only place is free again.
    let mut next = running.connect().await;
    next.write_all(GET).await.unwrap();
    read_until(&mut next, "127.0.0.1").await;
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert!(rest.len() < LARGE, "it got everything");
}

/// L2
#[tokio::test]
async fn a_head_without_end_is_refused() {
    let running = start(bounds()).await;
    let mut stream = running.connect().await;
    let line = format!("X-Long: {}\r\n", "a".repeat(1000));
    let head = format!("GET /peer HTTP/1.1\r\nHost: x\r\n{}", line.repeat(90));
    stream.write_all(head.as_bytes()).await.unwrap();
    assert!(
        read_until(&mut stream, "\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 431")
    );
}

/// L2
#[tokio::test]
async fn one_connection_too_many_waits_for_a_place() {
    let running = start(Bounds {
        connections: 1,
        ..bounds()
    })
    .await;
    let first = running.slow().await;
    let mut second = running.connect().await;
    second.write_all(GET).await.unwrap();
    let waited = timeout(Duration::from_millis(50), second.readable()).await;
    assert!(waited.is_err());
    drop(first);
    read_until(&mut second, "127.0.0.1").await;
}
