//! Sends requests away that would be too many at once, at once.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::Semaphore;

use super::problem::unavailable;

/// Lets as many through at a time as there are permits; the rest get 503 and are told when to come back.
pub async fn shed(State(turns): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    match turns.try_acquire() {
        Ok(_turn) => next.run(request).await,
        Err(_) => unavailable(),
    }
}
