//! Which requests came in whole and are not answered yet.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use hyper::body::{Body, Frame, SizeHint};

/// Counts the requests that came in whole and whose answer is not out yet.
#[derive(Clone, Default)]
pub(super) struct Work(Arc<AtomicUsize>);

impl Work {
    pub(super) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// A request whose head has come.
    pub(super) fn begin(&self) -> Arc<Piece> {
        Arc::new(Piece {
            work: self.clone(),
            whole: AtomicBool::new(false),
        })
    }
}

/// One request until the last byte of its answer was handed over.
pub(super) struct Piece {
    work: Work,
    whole: AtomicBool,
}

impl Piece {
    fn came_in_whole(&self) {
        if !self.whole.swap(true, Ordering::SeqCst) {
            self.work.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        if *self.whole.get_mut() {
            self.work.0.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// A body of a request or its answer. At the end of the request's, or when nobody wants the rest of it, the request
/// is whole.
pub(super) struct Held<B> {
    body: B,
    piece: Arc<Piece>,
}

impl<B: Body> Held<B> {
    pub(super) fn new(body: B, piece: Arc<Piece>) -> Self {
        if body.is_end_stream() {
            piece.came_in_whole();
        }
        Self { body, piece }
    }
}

impl<B: Body + Unpin> Body for Held<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if matches!(polled, Poll::Ready(None)) || self.body.is_end_stream() {
            self.piece.came_in_whole();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for Held<B> {
    fn drop(&mut self) {
        self.piece.came_in_whole();
    }
}
