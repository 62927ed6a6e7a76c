//! A request's body, read under limits of size and time.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::body::{BodyDataStream, Bytes};
use futures::StreamExt;
use tokio::time::{Instant, timeout, timeout_at};

use super::{
    config::TransportConfig,
    gate::{Gate, Ticket},
    refusal::Refusal,
};
use crate::graphql::codes::Code;

/// How long a refused body is still read, so that its sender gets to read the answer.
const DRAIN_TIME: Duration = Duration::from_secs(5);

pub(super) struct Body {
    pub(super) stream: BodyDataStream,
    pub(super) clock: BodyClock,
    pub(super) ticket: Ticket,
    /// Whose it is.
    pub(super) client: IpAddr,
    drain_bytes: u64,
}

impl Body {
    pub(super) fn new(
        body: axum::body::Body,
        client: IpAddr,
        gate: &Gate,
        config: &TransportConfig,
    ) -> Self {
        Self {
            stream: body.into_data_stream(),
            clock: BodyClock::new(config),
            ticket: gate.ticket(),
            client,
            drain_bytes: config.max_request_bytes,
        }
    }

    /// All of a small body.
    pub(super) async fn collect(&mut self, limit: usize) -> Result<Vec<u8>, Refusal> {
        let mut all = Vec::new();
        while let Some(chunk) = self.clock.wait(self.stream.next()).await? {
            let chunk: Bytes = chunk.map_err(|_| Refusal::input("The body broke off."))?;
            self.clock.came(chunk.len());
            if all.len() + chunk.len() > limit {
                let message = format!("A request without files has at most {limit} bytes.");
                return Err(Refusal::too_large(message));
            }
            self.ticket.text(all.len() + chunk.len())?;
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

/// How long a body may pause, and how slow it may be on average.
#[derive(Clone)]
pub(super) struct BodyClock {
    idle: Duration,
    began: Instant,
    grace: Duration,
    rate: u64,
    received: Arc<AtomicU64>,
}

impl BodyClock {
    fn new(config: &TransportConfig) -> Self {
        Self {
            idle: config.body_idle,
            began: Instant::now(),
            grace: config.body_grace,
            rate: config.body_rate.max(1),
            received: Arc::default(),
        }
    }

    /// So many bytes have come.
    pub(super) fn came(&self, bytes: usize) {
        self.received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) async fn wait<T>(&self, next: impl Future<Output = T>) -> Result<T, Refusal> {
        let late = |_| Refusal::new(Code::Unavailable, "The body did not arrive in time.");
        timeout_at(self.until(), next).await.map_err(late)
    }

    /// What came so far has earned time for the rest.
    fn until(&self) -> Instant {
        let received = self.received.load(Ordering::Relaxed);
        let earned = Duration::from_millis(received.saturating_mul(1000) / self.rate);
        let end = self.began + self.grace + earned;
        end.min(Instant::now() + self.idle)
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    /// Receives chunks of this size, one a second.
    async fn received(chunks: usize, size: usize) -> Result<usize, Refusal> {
        let mut config = TransportConfig::new(std::env::temp_dir(), false);
        config.json_bytes = usize::MAX;
        config.text_bytes = 1 << 40;
        let body = stream::iter(0..chunks).then(move |_| async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok::<_, std::io::Error>(vec![0_u8; size])
        });
        let body = axum::body::Body::from_stream(body);
        let client = IpAddr::from([192, 0, 2, 1]);
        let mut body = Body::new(body, client, &Gate::new(&config), &config);
        Ok(body.collect(usize::MAX).await?.len())
    }

    /// L2
    #[tokio::test(start_paused = true)]
    async fn a_trickle_that_never_pauses_is_given_up_after_the_grace() {
        let began = Instant::now();
        assert!(received(10_000, 10).await.is_err());
        assert!(began.elapsed() < Duration::from_secs(32));
    }

    /// L2: 25 MiB at 256 kbit/s, which takes 13 minutes.
    #[tokio::test(start_paused = true)]
    async fn a_large_file_by_a_slow_telephone_arrives() {
        let (rate, size) = (32 * 1024, 25 * 1024 * 1024);
        let all = received(size / rate, rate).await;
        assert_eq!(all.map_err(|_| "given up"), Ok(size));
    }
}
