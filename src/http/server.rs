//! Serves a router over a listener, within bounds, until told to end.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
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
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// Bytes of a request's head.
const MOST_HEAD_BYTES: usize = 64 * 1024;
/// How long to wait when the system gives no more connections.
const BREATH: Duration = Duration::from_millis(50);

/// Bounds of a server.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How long a request's head may take, and a connection be idle.
    pub header_timeout: Duration,
    /// Open connections; more wait in the listener's queue.
    pub connections: usize,
    /// How long connections are still taken after the signal to end, while readiness is off already.
    pub linger: Duration,
    /// How long requests in work may take after that.
    pub drain: Duration,
}

/// Cancels `ending` on SIGTERM, or on Ctrl-C.
pub async fn end_on_signal(ending: CancellationToken) -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => tracing::info!("SIGTERM: ending"),
        _ = interrupt.recv() => tracing::info!("interrupt: ending"),
    }
    ending.cancel();
    Ok(())
}

/// Serves until `ending` is cancelled and what was in work then is answered; answers whether all of it was.
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
    let drained = timeout(bounds.drain, server.graceful.shutdown()).await;
    if drained.is_err() {
        tracing::warn!("requests in work are given up");
    }
    drained.is_ok()
}

struct Server {
    router: Router,
    bounds: Bounds,
    graceful: GracefulShutdown,
    places: Arc<Semaphore>,
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

    fn connect(&self, stream: TcpStream, peer: SocketAddr, place: OwnedSemaphorePermit) {
        // Answers go out as they are; without it they would be late, not wrong.
        let _ = stream.set_nodelay(true);
        let router = self.router.clone();
        let service = service_fn(move |request| answer(router.clone(), request, peer));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.bounds.header_timeout)
            .max_buf_size(MOST_HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service);
        let watched = self.graceful.watch(connection);
        tokio::spawn(async move {
            // How a connection ends is the client's business.
            let _ = watched.await;
            drop(place);
        });
    }
}

async fn answer(
    router: Router,
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
) -> Result<axum::response::Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request).await
}

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;
