//! Hands requests to the schema: who sends them goes in, cookie and CSRF token come out.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Request, Response};
use async_trait::async_trait;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::origin::CSRF_HEADER;
use super::transport::Executor;
use super::visitor::Visitors;
use crate::graphql::codes::{Code, ErrorDetails as _, server_error};
use crate::graphql::context::Answer;
use crate::observe::table;

/// How long a request waits for its turn before it is sent away.
const PATIENCE: Duration = Duration::from_secs(1);

/// Executes on an async-graphql schema. Resolvers find the sender as `Caller` in the request's data.
pub struct SchemaExecutor<S> {
    schema: S,
    visitors: Arc<Visitors>,
    /// Requests in work.
    turns: Semaphore,
    /// Requests in work and waiting.
    places: Semaphore,
}

impl<S> SchemaExecutor<S> {
    /// At most `concurrent` executions run at once. As many more wait, a second at most; the rest, and who waited in
    /// vain, get UNAVAILABLE.
    pub fn new(schema: S, visitors: Arc<Visitors>, concurrent: usize) -> Self {
        Self {
            schema,
            visitors,
            turns: Semaphore::new(concurrent),
            places: Semaphore::new(concurrent.saturating_mul(2)),
        }
    }
}

#[async_trait]
impl<S: async_graphql::Executor> Executor for SchemaExecutor<S> {
    async fn execute(&self, request: Request, parts: &Parts) -> Response {
        let Ok(_place) = self.places.try_acquire() else {
            return busy();
        };
        let waiting = table::GRAPHQL_WAITING.hold(1);
        let turn = timeout(PATIENCE, self.turns.acquire()).await;
        drop(waiting);
        let Ok(Ok(_turn)) = turn else {
            return busy();
        };
        let _running = table::GRAPHQL_RUNNING.hold(1);
        let (caller, renewed) = self.visitors.caller(parts);
        let request = request.data(caller.clone());
        let mut response = self.schema.execute(request).await;
        self.put(&mut response.http_headers, &caller.take_answer(), renewed);
        response
    }
}

fn busy() -> Response {
    let message = "The server is busy. Please try again soon.";
    let error = server_error(Code::Unavailable, message).with_retry_after(1);
    Response::from_errors(vec![error])
}

impl<S> SchemaExecutor<S> {
    /// A refused request changes nothing about the cookie.
    fn put(&self, headers: &mut HeaderMap, answer: &Answer, renewed: Option<HeaderValue>) {
        let cookies = &self.visitors.cookies;
        let cookie = match &answer.session {
            Some(session) => cookies.seal(session),
            None if answer.signed_out => cookies.clear(),
            None => renewed,
        };
        if let Some(cookie) = cookie {
            headers.append(header::SET_COOKIE, cookie);
        }
        let csrf = answer.session.as_ref().map(|session| session.csrf.parse());
        if let Some(Ok(csrf)) = csrf {
            headers.insert(CSRF_HEADER, csrf);
        }
    }
}

#[cfg(test)]
#[path = "executor_tests.rs"]
mod tests;
