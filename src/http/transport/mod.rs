//! GraphQL over HTTP, written by hand: what a request may look like, what is refused before a
//! service hears of it, and which status an answer has.
//!
//! [`routes`] mounts `/query`. A request passes [`accept`] (media type of the answer), [`receive`]
//! (body into [`params`] and files), [`run`] (persisted query, guard, execution under a deadline),
//! [`finish()`] (codes and messages of errors) and [`answer`] (status and headers).

mod accept;
mod answer;
mod body;
mod config;
mod content_type;
mod document;
mod feed;
mod files;
mod finish;
mod gate;
mod multipart;
mod params;
mod persisted;
mod receive;
mod refusal;
mod run;
mod spool;
mod uploads;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use axum::{
    Router,
    extract::Request,
    http::request::Parts,
    response::Response,
    routing::{MethodRouter, get},
};

pub use config::TransportConfig;
pub use finish::finish;

use crate::graphql::count;
use crate::ports::persisted::PersistedQueries;
use run::Transport;

/// What the transport hands a request to.
#[async_trait]
pub trait Executor: Send + Sync + 'static {
    /// Executes a request that is parsed and passed the guard. `parts` is the HTTP request's head,
    /// with its headers and extensions. Headers of the answer are copied to the HTTP response.
    async fn execute(
        &self,
        request: async_graphql::Request,
        parts: &Parts,
    ) -> async_graphql::Response;
}

/// `GET` and `POST /query`.
pub fn routes<S>(
    executor: Arc<dyn Executor>,
    config: TransportConfig,
    queries: Arc<dyn PersistedQueries>,
) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let transport = Arc::new(Transport::new(executor, config, queries));
    Router::new().route("/query", methods(&transport))
}

fn methods<S>(transport: &Arc<Transport>) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let (reader, writer) = (Arc::clone(transport), Arc::clone(transport));
    get(move |request: Request| serve_get(reader, request))
        .post(move |request: Request| serve_post(writer, request))
        .fallback(async || answer::method_not_allowed())
}

async fn serve_get(transport: Arc<Transport>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let media = accept::choose(&parts.headers);
    let incoming = match media {
        Ok(_) => receive::from_url(&parts, &transport.config),
        Err(_) => Err(refusal::Refusal::not_acceptable()),
    };
    let begun = Instant::now();
    let reply = match incoming {
        Ok(incoming) => transport.run(incoming, &parts, run::Allowed::Queries).await,
        Err(refusal) => refusal.into(),
    };
    count::answered(reply.operation, &reply.response, begun.elapsed());
    answer::answer(media.unwrap_or_default(), reply)
}

async fn serve_post(transport: Arc<Transport>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut body = transport.body(body, &parts);
    let media = accept::choose(&parts.headers);
    let incoming = match media {
        Ok(_) => receive::from_body(&parts, &mut body, &transport).await,
        Err(_) => Err(refusal::Refusal::not_acceptable()),
    };
    let begun = Instant::now();
    let reply = match incoming {
        Ok(incoming) => {
            transport
                .run(incoming, &parts, run::Allowed::Everything)
                .await
        }
        Err(refusal) => {
            body.drain().await;
            refusal.into()
        }
    };
    count::answered(reply.operation, &reply.response, begun.elapsed());
    answer::answer(media.unwrap_or_default(), reply)
}
