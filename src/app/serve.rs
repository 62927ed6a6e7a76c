//! Running: listeners, the outbox worker, the sweeper, and their orderly end.

use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{App, AppError};
use crate::http::server::{Bounds, end_on_signal};
use crate::http::{metrics, server};
use crate::services::outbox::Sweeper;
use crate::services::users::UsersService;

/// How often is swept.
const SWEEP_EVERY: Duration = Duration::from_mins(10);

/// The two listeners, bound.
pub struct Started {
    http: TcpListener,
    metrics: TcpListener,
}

impl Started {
    /// Where the API is.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.http.local_addr()
    }
}

/// Binds both listeners and says where, as the log's first line.
pub async fn bind(app: &App) -> Result<Started, AppError> {
    let listen = &app.config.listen;
    let http = listener("HTTP_ADDR", listen.http).await?;
    let metrics = listener("METRICS_ADDR", listen.metrics).await?;
    let address = |listener: &TcpListener| {
        listener
            .local_addr()
            .map_or_else(|e| e.to_string(), |a| a.to_string())
    };
    tracing::info!(
        http = address(&http),
        metrics = address(&metrics),
        version = env!("CARGO_PKG_VERSION"),
        commit = env!("SHOTIFY_COMMIT"),
        "listening"
    );
    Ok(Started { http, metrics })
}

async fn listener(variable: &str, address: SocketAddr) -> Result<TcpListener, AppError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| AppError(format!("{variable}: cannot listen at {address}: {error}")))
}

/// Serves until SIGTERM or Ctrl-C, then finishes what is in flight.
pub async fn serve(app: App, started: Started) -> Result<(), AppError> {
    let ending = CancellationToken::new();
    let services = app.services();
    let router = app.router(&services, ending.clone());
    let limits = &app.config.limits;
    let bounds = Bounds {
        header_timeout: limits.header_timeout,
        connections: limits.max_connections,
        linger: limits.shutdown_linger,
        drain: limits.shutdown_drain,
    };
    let mut background = JoinSet::new();
    background.spawn(serve_metrics(started.metrics, ending.clone()));
    background.spawn(watch_signals(ending.clone()));
    // The worker outlives the last request: what that one asked for is still done before the end where time allows.
    let rest = CancellationToken::new();
    if app.config.worker {
        work_in_background(&app, services.users.clone(), &rest, &mut background);
    }
    let drained = server::serve(started.http, router, bounds, ending).await;
    rest.cancel();
    background.join_all().await;
    app.store.close().await;
    tracing::info!(drained, "ended");
    if drained {
        Ok(())
    } else {
        Err(AppError(
            "requests in flight were given up after the time for ending had passed".into(),
        ))
    }
}

/// Works off the outbox and sweeps, without serving, until SIGTERM or Ctrl-C.
pub async fn work(app: App) -> Result<(), AppError> {
    let ending = CancellationToken::new();
    let mut background = JoinSet::new();
    background.spawn(watch_signals(ending.clone()));
    work_in_background(&app, app.services().users, &ending, &mut background);
    tracing::info!("working");
    background.join_all().await;
    app.store.close().await;
    Ok(())
}

fn work_in_background(
    app: &App,
    users: Arc<dyn UsersService>,
    ending: &CancellationToken,
    tasks: &mut JoinSet<()>,
) {
    let (worker, token) = (app.worker(), ending.clone());
    tasks.spawn(async move { worker.run(token).await });
    tasks.spawn(sweep(
        app.sweeper(),
        users,
        app.clock.clone(),
        ending.clone(),
    ));
}

async fn sweep(
    sweeper: Sweeper,
    users: Arc<dyn UsersService>,
    clock: Arc<dyn crate::ports::clock::Clock>,
    ending: CancellationToken,
) {
    while !ending.is_cancelled() {
        let now = clock.now();
        if let Err(error) = sweeper.sweep(now).await {
            tracing::warn!(%error, "sweeping failed");
        }
        if let Err(error) = users.sweep(now).await {
            tracing::warn!(%error, "sweeping accounts failed");
        }
        tokio::select! {
            () = ending.cancelled() => {}
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
    }
}

async fn watch_signals(ending: CancellationToken) {
    if let Err(error) = end_on_signal(ending).await {
        tracing::error!(%error, "signals cannot be received");
    }
}

async fn serve_metrics(listener: TcpListener, ending: CancellationToken) {
    let router = match metrics::install() {
        Ok(handle) => metrics::router(handle),
        Err(error) => return tracing::error!(%error, "metrics cannot be counted"),
    };
    let served = axum::serve(listener, router)
        .with_graceful_shutdown(ending.cancelled_owned())
        .into_future()
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "metrics are not served any more");
    }
}
