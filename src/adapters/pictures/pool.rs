//! Where the work is done: a bounded number of blocking threads, a bounded queue before them, and a bound
//! on the memory that decoding takes, given out in the order of arrival.

use std::borrow::Cow;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use crate::observe::table;
use crate::ports::pictures::{Encoded, PictureError, SpooledFile};

use super::PictureLimits;
use super::clean::{Header, broken, header};
use super::decode::judge;

/// A permit for memory stands for so many pixels of 4 bytes.
const PIXELS_A_PERMIT: u64 = 1024;

/// Where the bytes of a picture are.
pub(super) enum Source {
    /// In the spool; they are read when there is room for them.
    Spool(SpooledFile),
    /// In memory already.
    Memory(Bytes),
}

impl From<SpooledFile> for Source {
    fn from(file: SpooledFile) -> Self {
        Self::Spool(file)
    }
}

impl From<&Encoded> for Source {
    fn from(picture: &Encoded) -> Self {
        Self::Memory(picture.bytes.clone())
    }
}

impl Source {
    fn size(&self) -> u64 {
        match self {
            Self::Spool(file) => file.size,
            Self::Memory(bytes) => bytes.len() as u64,
        }
    }

    /// The bytes, from the beginning, as often as it is asked.
    fn read(&self) -> Result<Cow<'_, [u8]>, PictureError> {
        match self {
            Self::Spool(file) => read(file).map(Cow::Owned),
            Self::Memory(bytes) => Ok(Cow::Borrowed(bytes)),
        }
    }
}

/// Permits travel into the blocking task, so that they come back when its work ends, whoever still waits for it.
pub(super) struct Pool {
    limits: PictureLimits,
    places: Arc<Semaphore>,
    workers: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    memory_permits: u32,
}

impl Pool {
    pub fn new(limits: PictureLimits) -> Self {
        let workers = limits.workers.max(1);
        let memory_permits = permits(limits.pixels_in_flight.saturating_mul(4));
        Self {
            limits,
            places: Arc::new(Semaphore::new(workers + limits.queue)),
            workers: Arc::new(Semaphore::new(workers)),
            memory: Arc::new(Semaphore::new(memory_permits as usize)),
            memory_permits,
        }
    }

    /// Reads the picture, and works on it when there is a thread and memory for it.
    pub async fn run<T: Send + 'static>(
        &self,
        picture: impl Into<Source>,
        work: impl FnOnce(&[u8]) -> Result<T, PictureError> + Send + 'static,
    ) -> Result<T, PictureError> {
        let done = self.admit(picture.into(), work).await;
        table::PICTURES.with([outcome(&done)]).increment(1);
        done
    }

    async fn admit<T: Send + 'static>(
        &self,
        picture: Source,
        work: impl FnOnce(&[u8]) -> Result<T, PictureError> + Send + 'static,
    ) -> Result<T, PictureError> {
        let place = self
            .places
            .clone()
            .try_acquire_owned()
            .map_err(|_| PictureError::Busy)?;
        let waiting = (table::PICTURES_WAITING.hold(1), Instant::now());
        let (place, source, memory) = self.look(place, picture).await?;
        // Memory before a thread: a thread that waits for memory would keep the small ones from working.
        let memory = acquire(&self.memory, memory.min(self.memory_permits)).await?;
        let pixels = table::PICTURES_PIXELS.hold(pixels(&memory));
        let worker = acquire(&self.workers, 1).await?;
        table::PICTURE_STEP
            .with(["wait"])
            .record(waiting.1.elapsed());
        drop(waiting);
        blocking(move || {
            let _held = (place, memory, pixels, worker);
            work(&source.read()?)
        })
        .await
    }

    /// Judges the header alone. The bytes are read again for the work: files that wait take no memory.
    async fn look(
        &self,
        place: OwnedSemaphorePermit,
        source: Source,
    ) -> Result<(OwnedSemaphorePermit, Source, u32), PictureError> {
        let worker = acquire(&self.workers, 1).await?;
        let limits = self.limits;
        blocking(move || {
            let _held = worker;
            let head = header(&source.read()?)?;
            judge(&head, &limits)?;
            let memory = needed(&head, source.size());
            Ok((place, source, memory))
        })
        .await
    }
}

const fn outcome<T>(done: &Result<T, PictureError>) -> &'static str {
    match done {
        Ok(_) => "ok",
        Err(PictureError::Unsupported(_)) => "unsupported",
        Err(PictureError::TooLarge(_)) => "too_large",
        Err(PictureError::Busy) => "busy",
        Err(PictureError::Failed(_)) => "failed",
    }
}

/// What a permit for memory stands for.
fn pixels(memory: &OwnedSemaphorePermit) -> u32 {
    let pixels = memory.num_permits() as u64 * PIXELS_A_PERMIT;
    u32::try_from(pixels).unwrap_or(u32::MAX)
}

async fn acquire(
    semaphore: &Arc<Semaphore>,
    count: u32,
) -> Result<OwnedSemaphorePermit, PictureError> {
    let permit = semaphore.clone().acquire_many_owned(count).await;
    permit.map_err(|error| PictureError::Failed(error.to_string()))
}

/// A decoder that panics has met a file that it cannot read: the file is refused, the server lives on.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PictureError> + Send + 'static,
) -> Result<T, PictureError> {
    match spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => {
            tracing::warn!("a picture made its decoder panic and was refused");
            Err(broken())
        }
        Err(error) => Err(PictureError::Failed(error.to_string())),
    }
}

/// The decoder's peak and three copies of the file: as uploaded, clean, and in the decoder.
fn needed(head: &Header, file: u64) -> u32 {
    permits(head.decoding_bytes() + 3 * file)
}

fn permits(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(4 * PIXELS_A_PERMIT))
        .unwrap_or(u32::MAX)
        .max(1)
}

/// From the beginning, wherever the file stands: fields of one request may name the same upload, and its handles share
/// their place in the file.
fn read(upload: &SpooledFile) -> Result<Vec<u8>, PictureError> {
    let mut bytes = vec![0; usize::try_from(upload.size).unwrap_or_default()];
    let whole = upload.file.read_exact_at(&mut bytes, 0);
    whole.map_err(|error| PictureError::Failed(error.to_string()))?;
    Ok(bytes)
}
