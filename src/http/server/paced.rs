//! Cuts off who does not take what they are sent.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// Bytes a second, on average, that a client has to take in the long run: less than the slowest telephone does.
const LEAST: u64 = 4 * 1024;

/// A connection whose other end is waited for so long and no longer. What it takes is set off against the time that it
/// was waited for, so that it must not only take something now and then, but [`LEAST`] on average.
pub(super) struct Paced<S> {
    stream: S,
    patience: Duration,
    /// For how long it was waited for beyond what it took since.
    waited: Duration,
    waiting_since: Option<Instant>,
    timer: Pin<Box<Sleep>>,
}

impl<S> Paced<S> {
    pub(super) fn new(stream: S, patience: Duration) -> Self {
        Self {
            stream,
            patience,
            waited: Duration::ZERO,
            waiting_since: None,
            timer: Box::pin(sleep(patience)),
        }
    }

    fn judge(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_pending() {
            return self.wait(context);
        }
        if let Some(since) = self.waiting_since.take() {
            self.waited += since.elapsed();
        }
        if let Poll::Ready(Ok(count)) = &written {
            let count = u64::try_from(*count).unwrap_or(u64::MAX);
            let paid = Duration::from_millis(count.saturating_mul(1000) / LEAST);
            self.waited = self.waited.saturating_sub(paid);
        }
        written
    }

    fn wait(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.waiting_since.is_none() {
            let now = Instant::now();
            self.waiting_since = Some(now);
            let left = self.patience.saturating_sub(self.waited);
            self.timer.as_mut().reset(now + left);
        }
        ready!(self.timer.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.judge(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);
    const ROOM: usize = 1024;

    /// Sends this much to somebody who takes so many bytes every second.
    async fn sent(bytes: usize, a_second: usize) -> (io::Result<()>, Duration) {
        let (near, far) = duplex(ROOM);
        let reader = tokio::spawn(take(far, a_second));
        let began = Instant::now();
        let outcome = Paced::new(near, PATIENCE).write_all(&vec![0; bytes]).await;
        reader.abort();
        (outcome, began.elapsed())
    }

    async fn take(mut far: DuplexStream, a_second: usize) {
        let mut buffer = vec![0; a_second];
        loop {
            sleep(Duration::from_secs(1)).await;
            if far.read_exact(&mut buffer).await.is_err() {
                return;
            }
        }
    }

    /// L2
    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_given_up_after_the_patience() {
        let (outcome, after) = sent(100_000, 0).await;
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(after.as_secs(), PATIENCE.as_secs());
    }

    /// L2
    #[tokio::test(start_paused = true)]
    async fn a_trickle_is_not_enough() {
        let (outcome, after) = sent(1_000_000, 100).await;
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(after < PATIENCE * 2, "{after:?}");
    }

    /// L2
    #[tokio::test(start_paused = true)]
    async fn a_slow_telephone_gets_all_of_it_however_long_it_takes() {
        let (outcome, after) = sent(5_000_000, 8 * 1024).await;
        outcome.unwrap();
        assert!(after > PATIENCE * 10, "{after:?}");
    }
}
