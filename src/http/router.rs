//! Everything that the server answers, put together.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;

use super::health::{self, Readiness};
use super::pages::{self, IndexLinks};
use super::problem::{internal, method_not_allowed, not_found};
use super::transport::{self, Executor, TransportConfig};
use super::visitor::Visitors;
use super::{forms, headers, load, log, mailbox, media, playground};
use crate::ports::chance::Random;
use crate::ports::mailer::Mailbox;
use crate::ports::persisted::PersistedQueries;
use crate::services::auth::AuthService;
use crate::services::media::MediaService;
use crate::services::users::UsersService;

/// Pages under way at once, and forms, which take time to arrive.
const PAGES: usize = 1024;
const FORMS: usize = 256;

/// What the server is made of.
pub struct Parts {
    /// Runs GraphQL requests.
    pub executor: Arc<dyn Executor>,
    /// How they are received.
    pub transport: TransportConfig,
    /// Documents that clients name by their hash.
    pub queries: Arc<dyn PersistedQueries>,
    /// Reads heads.
    pub visitors: Arc<Visitors>,
    /// Sessions and passwords.
    pub auth: Arc<dyn AuthService>,
    /// Accounts.
    pub users: Arc<dyn UsersService>,
    /// Bytes of pictures.
    pub media: Arc<dyn MediaService>,
    /// Whether requests should come.
    pub readiness: Arc<dyn Readiness>,
    /// For request ids.
    pub random: Arc<dyn Random>,
    /// The schema's text.
    pub sdl: String,
    /// `GET /query/playground`.
    pub playground: bool,
    /// The development mailbox, where mail stays in it.
    pub mailbox: Option<Arc<dyn Mailbox>>,
    /// Adds HSTS.
    pub production: bool,
    /// Answers of `/media` under way at once.
    pub downloads: usize,
}

/// From the inside out: routes, load, CORS, panics, headers of every answer, log.
pub fn router(parts: Parts) -> Router {
    let production = parts.production;
    let recorder = log::Recorder {
        random: Arc::clone(&parts.random),
        proxies: parts.visitors.proxies.clone(),
    };
    let cors = parts.visitors.sites.cors();
    let health = health::routes(Arc::clone(&parts.readiness));
    routes(parts)
        .merge(health)
        .fallback(async || not_found())
        .method_not_allowed_fallback(async || method_not_allowed())
        .layer(cors)
        .layer(from_fn(refuse_odd_methods))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(production, headers::harden))
        .layer(from_fn_with_state(recorder, log::record))
}

/// What may be slow has places of its own, so that it never takes those of the rest; `/query` sees to itself.
fn routes(parts: Parts) -> Router {
    let sites = parts.visitors.sites.clone();
    let forms = forms::routes(Arc::clone(&parts.auth), parts.users, sites);
    let links = IndexLinks {
        playground_on: parts.playground,
        mailbox_on: parts.mailbox.is_some(),
    };
    let mut pages = Router::new()
        .route("/", get(async move || pages::index(links)))
        .route("/schema.graphql", schema(parts.sdl));
    if parts.playground {
        pages = pages.merge(playground::routes());
    }
    if let Some(mailbox) = parts.mailbox {
        pages = pages.merge(mailbox::routes(mailbox));
    }
    let media = media::routes(parts.media, parts.auth, parts.visitors);
    let query = transport::routes(parts.executor, parts.transport, parts.queries);
    at_most(PAGES, pages)
        .merge(at_most(FORMS, forms))
        .merge(at_most(parts.downloads, media))
        .merge(query)
}

fn at_most(places: usize, routes: Router) -> Router {
    let turns = Arc::new(Semaphore::new(places));
    routes.layer(from_fn_with_state(turns, load::shed))
}

fn schema(sdl: String) -> MethodRouter {
    get(move || async move { ([(CONTENT_TYPE, "text/plain; charset=utf-8")], sdl) })
}

/// Only what some route knows goes further, so that no path has to think of TRACE or CONNECT.
async fn refuse_odd_methods(request: Request, next: Next) -> Response {
    let known = [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS];
    if known.contains(request.method()) {
        return next.run(request).await;
    }
    let mut response = method_not_allowed();
    let allow = HeaderValue::from_static("GET, HEAD, POST, OPTIONS");
    response.headers_mut().insert(header::ALLOW, allow);
    response
}

/// What panicked is in the log by the panic hook, without what it said.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    internal()
}

#[cfg(test)]
#[path = "router_tests.rs"]
mod tests;
