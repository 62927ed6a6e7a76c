//! Serves a router over a listener, within bounds, until told to end.

mod paced;
mod signals;
mod work;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::observe::table;
use paced::Paced;
pub use signals::Signals;
use work::{Held, Work};

/// Bytes of a request's head.
const MOST_HEAD_BYTES: usize = 64 * 1024;
/// How long to wait when the system gives no more connections.
const BREATH: Duration = Duration::from_millis(50);

/// Bounds of a server.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How long a request's head may take, and a connection be idle.
    pub header_timeout: Duration,
    /// How long a client may take nothing of what it is sent; what it takes must also be enough on average.
    pub write_timeout: Duration,
    /// Open connections; more wait in the listener's queue.
    pub connections: usize,
    /// How long connections are still taken after the signal to end, while readiness is off already.
    pub linger: Duration,
    /// How long requests in work may take after that.
    pub drain: Duration,
    /// Whether the metrics tell how many connections there are: of one server in a process.
    pub counted: bool,
}

/// Serves until `ending` is cancelled and what was in work then is answered; answers whether all of it was. A request
/// that its client does not finish sending is not in work: it is waited for, and then given up in good order.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    ending: CancellationToken,
) -> bool {
    let server = Server {
        router,
        bounds,
        graceful: GracefulShutdown::new(),
        places: Arc::new(Semaphore::new(bounds.connections)),
        work: Work::default(),
        closing: CancellationToken::new(),
    };
    let closed = async {
        ending.cancelled().await;
        sleep(bounds.linger).await;
    };
    tokio::select! {
        () = closed => {}
        () = server.accept_all(&listener) => {}
    }
    drop(listener);
    server.drain().await
}

struct Server {
    router: Router,
    bounds: Bounds,
    graceful: GracefulShutdown,
    places: Arc<Semaphore>,
    work: Work,
    /// Cancelled when what is in work is all that is still done.
    closing: CancellationToken,
}

impl Server {
    async fn accept_all(&self, listener: &TcpListener) {
        while let Ok(place) = Arc::clone(&self.places).acquire_owned().await {
            match listener.accept().await {
                Ok((stream, peer)) => self.connect(stream, peer, place),
                Err(error) => {
                    tracing::warn!(kind = %error.kind(), "no connection could be taken");
                    sleep(BREATH).await;
                }
            }
        }
    }

    /// Waits for what is in work; answers whether nothing that came in whole was cut off.
    async fn drain(self) -> bool {
        self.closing.cancel();
        let time = self.bounds.drain;
        if timeout(time, self.graceful.shutdown()).await.is_ok() {
            return true;
        }
        let cut_off = self.work.count();
        if cut_off > 0 {
            tracing::warn!(requests = cut_off, "requests in work are given up");
        } else {
            tracing::warn!("clients that did not finish sending their requests are given up");
        }
        cut_off == 0
    }

    fn connect(&self, stream: TcpStream, peer: SocketAddr, place: OwnedSemaphorePermit) {
        // Answers go out as they are; without it they would be late, not wrong.
        let _ = stream.set_nodelay(true);
        let (router, work) = (self.router.clone(), self.work.clone());
        let counted = self.bounds.counted.then(|| table::HTTP_CONNECTIONS.hold(1));
        let asked = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&asked);
        let service = service_fn(move |request| {
            flag.store(true, Ordering::SeqCst);
            answer(router.clone(), request, peer, work.clone())
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.bounds.header_timeout)
            .max_buf_size(MOST_HEAD_BYTES)
            .serve_connection(
                TokioIo::new(Paced::new(stream, self.bounds.write_timeout)),
                service,
            );
        let watched = self.graceful.watch(connection);
        let closing = self.closing.clone();
        let never_asked = async move {
            closing.cancelled().await;
            // One that was answered before may still have to send the rest of that: it is given its time.
            if asked.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
        };
        tokio::spawn(async move {
            tokio::select! {
                biased;
                // How a connection ends is the client's business.
                _ = watched => {}
                () = never_asked => {}
            }
            drop((place, counted));
        });
    }
}

async fn answer(
    router: Router,
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
    work: Work,
) -> Result<hyper::Response<Held<Body>>, Infallible> {
    let piece = work.begin();
    let mut request = request.map(|body| Body::new(Held::new(body, Arc::clone(&piece))));
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router.oneshot(request).await?;
    Ok(response.map(|body| Held::new(body, piece)))
}

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;
