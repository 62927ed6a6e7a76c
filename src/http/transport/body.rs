//! A request's body, read under limits of size and time.

use std::time::Duration;

use axum::body::{BodyDataStream, Bytes};
use futures::StreamExt;
use tokio::time::{Instant, timeout, timeout_at};

use super::{config::TransportConfig, refusal::Refusal};
use crate::graphql::codes::Code;

/// How long a refused body is still read, so that its sender gets to read the answer.
const DRAIN_TIME: Duration = Duration::from_secs(5);

pub(super) struct Body {
    pub(super) stream: BodyDataStream,
    pub(super) clock: BodyClock,
    drain_bytes: u64,
}

impl Body {
    pub(super) fn new(body: axum::body::Body, config: &TransportConfig) -> Self {
        Self {
            stream: body.into_data_stream(),
            clock: BodyClock {
                idle: config.body_idle,
                end: Instant::now() + config.body_time,
            },
            drain_bytes: config.max_request_bytes,
        }
    }

    /// All of a small body.
    pub(super) async fn collect(&mut self, limit: usize) -> Result<Vec<u8>, Refusal> {
        let mut all = Vec::new();
        while let Some(chunk) = self.clock.wait(self.stream.next()).await? {
            let chunk: Bytes = chunk.map_err(|_| Refusal::input("The body broke off."))?;
            if all.len() + chunk.len() > limit {
                let message = format!("A request without files has at most {limit} bytes.");
                return Err(Refusal::too_large(message));
            }
            all.extend_from_slice(&chunk);
        }
        Ok(all)
    }

    /// Reads what is left of a refused request and forgets it: many clients read no answer
    /// before they have sent everything.
    pub(super) async fn drain(&mut self) {
        let mut left = self.drain_bytes;
        let rest = async {
            while let Some(Ok(chunk)) = self.stream.next().await {
                left = left.saturating_sub(chunk.len() as u64);
                if left == 0 {
                    break;
                }
            }
        };
        // That it takes too long is no reason to answer anything else.
        let _ = timeout(DRAIN_TIME, rest).await;
    }
}

/// How long a body may pause and when it must be over.
#[derive(Clone, Copy)]
pub(super) struct BodyClock {
    idle: Duration,
    end: Instant,
}

impl BodyClock {
    pub(super) async fn wait<T>(&self, next: impl Future<Output = T>) -> Result<T, Refusal> {
        let until = self.end.min(Instant::now() + self.idle);
        let late = |_| Refusal::new(Code::Unavailable, "The body did not arrive in time.");
        timeout_at(until, next).await.map_err(late)
    }
}
