//! Sends requests away that would be too many at once, at once.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Error;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::unavailable;

/// Lets as many through at a time as there are permits; the rest get 503 and are told when to come back. A request is
/// through when the last of its answer is handed out, so that those who read slowly are counted, too.
pub async fn shed(State(turns): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    match turns.try_acquire_owned() {
        Ok(turn) => {
            let response = next.run(request).await;
            response.map(|body| Body::new(Held { body, _turn: turn }))
        }
        Err(_) => unavailable(),
    }
}

/// A body that keeps its turn.
struct Held {
    body: Body,
    _turn: OwnedSemaphorePermit,
}

impl hyper::body::Body for Held {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::{StatusCode, header};
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use hyper::body::Body as _;
    use tower::ServiceExt as _;

    use super::*;

    async fn ask(router: &Router) -> Response {
        let request = Request::get("/").body(Body::empty()).unwrap();
        router.clone().oneshot(request).await.unwrap()
    }

    /// L2 L3
    #[tokio::test]
    async fn who_has_not_read_the_answer_still_counts() {
        let turns = Arc::new(Semaphore::new(1));
        let router = Router::new()
            .route("/", get(async || "a page"))
            .layer(from_fn_with_state(turns, shed));
        let unread = ask(&router).await;
        assert_eq!(unread.status(), StatusCode::OK);
        assert_eq!(unread.body().size_hint().exact(), Some(6));
        let second = ask(&router).await;
        assert_eq!(second.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(second.headers()[header::RETRY_AFTER], "1");
        drop(unread);
        assert_eq!(ask(&router).await.status(), StatusCode::OK);
    }
}
