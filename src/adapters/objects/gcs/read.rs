//! Reads: streamed as they are asked for, taken up again where they break off, checked before the last bytes are given out.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream;
use google_cloud_storage::model_ext::{ObjectHighlights, ReadRange};
use google_cloud_storage::read_object::ReadObjectResponse;
use tokio::time::sleep;

use super::faults::{told, within};
use super::json::Kept;
use super::{Bucket, SERVICE};
use crate::adapters::google::Fault;
use crate::ports::objects::{Object, ObjectError, ObjectFacts, ObjectStream};

/// Bytes that can be asked for at once.
const MOST: u64 = i64::MAX.unsigned_abs();

impl Bucket {
    pub(super) async fn read(
        self: &Arc<Self>,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<Object, ObjectError> {
        if range.as_ref().is_some_and(Range::is_empty) {
            return Ok(nothing(self.kept(key).await?.facts.size));
        }
        let open = || self.open(key, range.clone(), None);
        let response = match self.often(open).await {
            Ok(response) => response,
            // A range behind the end.
            Err(fault) if fault.is(416) => return Ok(nothing(self.kept(key).await?.facts.size)),
            Err(fault) => return Err(self.missing(fault).await),
        };
        let kept = self.opened(key, response.object()).await?;
        let size = kept.facts.size;
        let part = range.clone().unwrap_or(0..size);
        let reading = Reading {
            bucket: Arc::clone(self),
            key: key.to_owned(),
            generation: kept.generation,
            next: part.start.min(size),
            end: part.end.min(size),
            expected: range.is_none().then_some(kept.facts),
            seen: ObjectFacts::default(),
            response: Some(response),
            held: None,
            tried: 1,
        };
        Ok(Object {
            size,
            bytes: reading.into_stream(),
        })
    }

    /// Asks for the bytes once: of this generation, or of what is there.
    async fn open(
        &self,
        key: &str,
        range: Option<Range<u64>>,
        generation: Option<i64>,
    ) -> Result<ReadObjectResponse, Fault> {
        // Google's client makes futures of tens of KiB.
        let opened = Box::pin(async {
            let storage = self.client.get().await?;
            // Ours is compared once the last try is through.
            let mut read = storage.read_object(self.path(), key).compute_crc32c(false);
            if let Some(Range { start, end }) = range {
                let count = end.saturating_sub(start).min(MOST);
                read = read.set_read_range(ReadRange::segment(start, count));
            }
            if let Some(generation) = generation {
                read = read.set_generation(generation);
            }
            Box::pin(read.send())
                .await
                .map_err(|error| self.fault(&error))
        });
        within(self.deadlines.answer, "the beginning of a read", opened).await
    }

    /// What was opened. Emulators leave the size of the whole out.
    async fn opened(&self, key: &str, about: ObjectHighlights) -> Result<Kept, ObjectError> {
        let generation = about.generation;
        let crc32c = about.checksums.and_then(|checksums| checksums.crc32c);
        if let (Ok(size @ 1..), Some(crc32c)) = (u64::try_from(about.size), crc32c) {
            let facts = ObjectFacts { size, crc32c };
            return Ok(Kept { facts, generation });
        }
        let kept = self.kept(key).await?;
        if kept.generation == generation {
            return Ok(kept);
        }
        let message = "an object was replaced while it was opened";
        Err(ObjectError::Unavailable(message.to_owned()))
    }
}

fn nothing(size: u64) -> Object {
    Object {
        size,
        bytes: Box::pin(stream::empty()),
    }
}

/// A read under way.
struct Reading {
    bucket: Arc<Bucket>,
    key: String,
    /// What is read; another that takes its place does not get mixed in.
    generation: i64,
    /// What is still to come.
    next: u64,
    end: u64,
    /// What a whole object must turn out to be.
    expected: Option<ObjectFacts>,
    seen: ObjectFacts,
    /// None after it broke off.
    response: Option<ReadObjectResponse>,
    /// The newest bytes, which are not given out before what is behind them has come or all is compared.
    held: Option<Bytes>,
    tried: u32,
}

impl Reading {
    fn into_stream(self) -> ObjectStream {
        Box::pin(stream::unfold(Some(self), |reading| async {
            let mut reading = reading?;
            match reading.give().await {
                Ok(Some(bytes)) => Some((Ok(bytes), Some(reading))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        }))
    }

    /// The next bytes that are fit to be given out.
    async fn give(&mut self) -> Result<Option<Bytes>, ObjectError> {
        while let Some(bytes) = self.pull().await.map_err(told)? {
            self.seen.update(&bytes);
            if let Some(before) = self.held.replace(bytes) {
                return Ok(Some(before));
            }
        }
        if self.expected.is_some_and(|expected| expected != self.seen) {
            let message = format!("{SERVICE} sent other bytes than it keeps");
            return Err(ObjectError::Failed(message));
        }
        Ok(self.held.take())
    }

    /// The next bytes as they come, taken up again where they broke off while that may help.
    async fn pull(&mut self) -> Result<Option<Bytes>, Fault> {
        while self.next < self.end {
            let fault = match self.receive().await {
                Ok(bytes) => {
                    self.next += bytes.len() as u64;
                    return Ok(Some(bytes));
                }
                Err(fault) => fault,
            };
            self.response = None;
            let Some(pause) = self.bucket.pace.pause_after(self.tried, &fault) else {
                return Err(fault);
            };
            sleep(pause).await;
            self.tried += 1;
        }
        Ok(None)
    }

    async fn receive(&mut self) -> Result<Bytes, Fault> {
        let (bucket, left) = (&self.bucket, self.next..self.end);
        let response = match &mut self.response {
            Some(response) => response,
            none => {
                let open = bucket.open(&self.key, Some(left), Some(self.generation));
                none.insert(open.await?)
            }
        };
        let next = async {
            match response.next().await {
                Some(Ok(bytes)) => Ok(bytes),
                Some(Err(error)) => Err(bucket.broken_off(&error)),
                None => Err(Fault::passing(format!("{SERVICE} ended a read too early"))),
            }
        };
        let bytes = within(bucket.deadlines.chunk, "a part of a read", next).await?;
        if bytes.len() as u64 > self.end - self.next {
            return Err(bucket.web.odd("is longer than what was asked for"));
        }
        Ok(bytes)
    }
}
