//! Running: listeners, the outbox worker, the sweeper, and their orderly end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{App, AppError, descriptors, measure};
use crate::adapters::sql::in_background;
use crate::config::Limits;
use crate::http::server;
use crate::http::server::{Bounds, Signals};
use crate::services::outbox::Sweeper;
use crate::services::users::UsersService;

/// How long work beside the requests may take to end.
const WIND_UP: Duration = Duration::from_secs(6);
/// Which program this is.
const VERSION: &str = env!("CARGO_PKG_VERSION");
const COMMIT: &str = env!("SHOTIFY_COMMIT");
/// How often is swept.
const SWEEP_EVERY: Duration = Duration::from_mins(10);

/// The two listeners, bound, and the signals to end, taken.
pub struct Started {
    http: TcpListener,
    metrics: TcpListener,
    signals: Signals,
}

impl Started {
    /// Where the metrics are.
    pub fn metrics_address(&self) -> Result<SocketAddr, AppError> {
        let address = self.metrics.local_addr();
        address.map_err(|error| AppError::new("METRICS_ADDR", error))
    }

    /// Waits for a signal to end, where that is not left to [`serve`].
    pub async fn told_to_end(&mut self) {
        self.signals.received().await;
    }
}

/// Binds both listeners and says where, as the log's first line. From then on signals end in order.
///
/// Links lead to the port that was bound, unless `PUBLIC_URL` is set.
pub async fn bind(app: &mut App) -> Result<Started, AppError> {
    let signals = signals()?;
    let listen = &app.config.listen;
    let http = listener("HTTP_ADDR", listen.http).await?;
    let metrics = listener("METRICS_ADDR", listen.metrics).await?;
    if let (false, Ok(bound)) = (app.config.is_set("PUBLIC_URL"), http.local_addr()) {
        app.config.listen.public_url = format!("http://localhost:{}", bound.port());
    }
    tracing::info!(
        http = address(&http),
        metrics = address(&metrics),
        version = VERSION,
        commit = COMMIT,
        "listening"
    );
    Ok(Started {
        http,
        metrics,
        signals,
    })
}

fn address(listener: &TcpListener) -> String {
    let address = listener.local_addr();
    address.map_or_else(|error| error.to_string(), |address| address.to_string())
}

fn signals() -> Result<Signals, AppError> {
    Signals::listen().map_err(|error| AppError::new("signals cannot be received", error))
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
    let bounds = bounds(&app.config.limits);
    let mut background = JoinSet::new();
    let handle = measure::begin(&app)?;
    let metrics = measure::router(&app, handle.clone());
    background.spawn(serve_metrics(
        started.metrics,
        metrics,
        bounds,
        ending.clone(),
    ));
    let measuring = measure::watch(&app, handle, ending.clone());
    background.spawn(in_background(measuring));
    background.spawn(watch(started.signals, ending.clone()));
    let (follower, token) = (app.follower(), ending.clone());
    background.spawn(in_background(async move { follower.run(token).await }));
    // Made before the first request needs it; the log says when there is none.
    let first = app.shared.ping();
    background.spawn(async move { drop(first.await) });
    // The worker outlives the last request: what that one asked for is still done before the end where time allows.
    let rest = CancellationToken::new();
    if app.config.worker {
        work_in_background(&app, services.users.clone(), &rest, &mut background);
    }
    let drained = server::serve(started.http, router, bounds, ending).await;
    rest.cancel();
    wind_up(background, &app).await;
    tracing::info!(drained, "ended");
    if drained {
        Ok(())
    } else {
        Err(AppError(
            "requests in flight were given up after the time for ending had passed".into(),
        ))
    }
}

fn bounds(limits: &Limits) -> Bounds {
    Bounds {
        header_timeout: limits.header_timeout,
        write_timeout: limits.write_timeout,
        connections: descriptors::enough_for(limits.max_connections),
        linger: limits.shutdown_linger,
        drain: limits.shutdown_drain,
        counted: true,
    }
}

/// Works off the outbox and sweeps, without serving anything but metrics and health, until SIGTERM or Ctrl-C.
pub async fn work(app: App) -> Result<(), AppError> {
    let signals = signals()?;
    let listener = listener("METRICS_ADDR", app.config.listen.metrics).await?;
    let ending = CancellationToken::new();
    let mut background = JoinSet::new();
    tracing::info!(
        metrics = address(&listener),
        version = VERSION,
        commit = COMMIT,
        "working"
    );
    let handle = measure::begin(&app)?;
    let metrics = measure::router_of_worker(&app, handle.clone(), ending.clone());
    let bounds = bounds(&app.config.limits);
    background.spawn(serve_metrics(listener, metrics, bounds, ending.clone()));
    let measuring = measure::watch(&app, handle, ending.clone());
    background.spawn(in_background(measuring));
    background.spawn(watch(signals, ending.clone()));
    let (follower, token) = (app.follower(), ending.clone());
    background.spawn(in_background(async move { follower.run(token).await }));
    work_in_background(&app, app.services().users, &ending, &mut background);
    // Any of them ends by the signal alone.
    ending.cancelled().await;
    wind_up(background, &app).await;
    Ok(())
}

/// Waits for what runs beside the requests, but not for long: what is cut off is taken up again after the next start.
async fn wind_up(background: JoinSet<()>, app: &App) {
    if timeout(WIND_UP, background.join_all()).await.is_err() {
        tracing::warn!("work beside the requests was cut off");
    }
    app.store.close().await;
}

fn work_in_background(
    app: &App,
    users: Arc<dyn UsersService>,
    ending: &CancellationToken,
    tasks: &mut JoinSet<()>,
) {
    let (worker, token) = (app.worker(), ending.clone());
    tasks.spawn(in_background(async move { worker.run(token).await }));
    let (describer, token) = (app.describer(), ending.clone());
    tasks.spawn(in_background(async move { describer.run(token).await }));
    let sweeping = sweep(app.sweeper(), users, app.clock.clone(), ending.clone());
    tasks.spawn(in_background(sweeping));
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

async fn watch(mut signals: Signals, ending: CancellationToken) {
    signals.received().await;
    ending.cancel();
}

/// What is cut off here at the end is no loss: the next reading has it.
async fn serve_metrics(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    ending: CancellationToken,
) {
    let bounds = Bounds {
        counted: false,
        ..bounds
    };
    server::serve(listener, router, bounds, ending).await;
}
