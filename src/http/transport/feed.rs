//! What multer reads from.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use axum::body::{BodyDataStream, Bytes};
use futures::Stream;

use super::body::BodyClock;

/// How much multer may hold without making headway: headers and preambles have no limit there.
const MOST_HELD: usize = 1024 * 1024;

/// A body for multer, which takes all that is ready into memory and looks for a boundary from the
/// start each time. So it gets one chunk a turn, and no more than [`MOST_HELD`] between two calls
/// of [`Headway::made`].
pub(super) struct Feed<'a> {
    body: &'a mut BodyDataStream,
    clock: BodyClock,
    headway: Headway,
    turn_over: bool,
}

/// Tells the feed that multer handed something out.
#[derive(Clone, Default)]
pub(super) struct Headway(Arc<AtomicUsize>);

impl Headway {
    pub(super) fn made(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    fn held_with(&self, more: usize) -> usize {
        self.0.fetch_add(more, Ordering::Relaxed) + more
    }
}

impl<'a> Feed<'a> {
    pub(super) fn new(body: &'a mut BodyDataStream, clock: BodyClock, headway: Headway) -> Self {
        Self {
            body,
            clock,
            headway,
            turn_over: false,
        }
    }
}

impl Stream for Feed<'_> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.turn_over) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let next = futures::ready!(Pin::new(&mut *self.body).poll_next(cx));
        Poll::Ready(next.map(|chunk| {
            let chunk = chunk.map_err(io::Error::other)?;
            self.turn_over = true;
            self.clock.came(chunk.len());
            // A single chunk may be larger; what counts is what came before it.
            if self.headway.held_with(chunk.len()) - chunk.len() > MOST_HELD {
                return Err(io::Error::other("headers or preamble without an end"));
            }
            Ok(chunk)
        }))
    }
}
