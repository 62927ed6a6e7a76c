//! Uploads: all at once, checked, and only in the place of what was there when they began.
//!
//! A try that timed out may still arrive. Each therefore names the generation that it replaces (0: none): one that comes
//! late finds another and changes nothing.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use google_cloud_storage::Error;
use google_cloud_storage::error::WriteError;
use google_cloud_storage::model::Object;

use super::faults::{told, within};
use super::json::Kept;
use super::{Bucket, SERVICE};
use crate::adapters::google::Fault;
use crate::ports::objects::{ObjectError, ObjectFacts};

/// Kept by who asked for it alone, and asked about at each use.
const CACHE_CONTROL: &str = "private, no-cache";
/// How often somebody else may have written the same key meanwhile.
const RACES: u32 = 4;
/// Larger than any object: no upload is split.
const NEVER: usize = usize::MAX;

impl Bucket {
    pub(super) async fn upload(
        &self,
        key: &str,
        bytes: Bytes,
        media_type: &'static str,
    ) -> Result<(), ObjectError> {
        let facts = ObjectFacts::of(&bytes);
        let mut replaced = 0;
        for _ in 0..RACES {
            let write = || self.write(key, bytes.clone(), facts, media_type, replaced);
            let whole = self.patience(&bytes).saturating_mul(self.pace.tries);
            let kept = match self.pace.often(SERVICE, whole, write).await {
                Ok(kept) => kept,
                Err(fault) if fault.is(412) => match self.instead(key, facts).await? {
                    None => return Ok(()),
                    Some(generation) => {
                        replaced = generation;
                        continue;
                    }
                },
                Err(fault) if fault.is(404) => return Err(self.no_bucket(fault).await),
                Err(fault) => return Err(told(fault)),
            };
            return self.judge(key, facts, kept).await;
        }
        let message = format!("{SERVICE}: others keep writing the same object");
        Err(ObjectError::Unavailable(message))
    }

    /// How long one try may take.
    fn patience(&self, bytes: &Bytes) -> Duration {
        let mebibytes = u64::try_from(bytes.len() >> 20).unwrap_or(u64::MAX);
        self.deadlines
            .upload
            .saturating_add(Duration::from_secs(mebibytes))
    }

    /// Sends the bytes once.
    async fn write(
        &self,
        key: &str,
        bytes: Bytes,
        facts: ObjectFacts,
        media_type: &'static str,
        replaced: i64,
    ) -> Result<Kept, Fault> {
        let limit = self.patience(&bytes);
        // Google's client makes futures of tens of KiB.
        let sent = Box::pin(async {
            let storage = self.client.get().await?;
            let write = storage
                .write_object(self.path(), key, bytes)
                .set_content_type(media_type)
                .set_cache_control(CACHE_CONTROL)
                .set_if_generation_match(replaced)
                .with_known_crc32c(facts.crc32c)
                .with_resumable_upload_threshold(NEVER);
            let object = match Box::pin(write.send_unbuffered()).await {
                Ok(object) => object,
                Err(error) => compared(&error)
                    .cloned()
                    .ok_or_else(|| self.fault(&error))?,
            };
            kept(&object).ok_or_else(|| self.web.odd("lacks an object's size or checksum"))
        });
        within(limit, "an upload", sent).await
    }

    /// Whether Google kept what it was sent; else it shall keep nothing.
    async fn judge(&self, key: &str, sent: ObjectFacts, kept: Kept) -> Result<(), ObjectError> {
        if kept.facts == sent {
            return Ok(());
        }
        if let Err(error) = self.remove(key, Some(kept.generation)).await {
            tracing::warn!(%error, "a damaged object was not removed");
        }
        let message = format!("{SERVICE} kept other bytes than it was sent");
        Err(ObjectError::Failed(message))
    }

    /// What to replace, for something else is there than what was thought; none where it is what was to be written: an
    /// earlier try has arrived after all.
    async fn instead(&self, key: &str, wanted: ObjectFacts) -> Result<Option<i64>, ObjectError> {
        match self.kept(key).await {
            Ok(kept) if kept.facts == wanted => Ok(None),
            Ok(kept) => Ok(Some(kept.generation)),
            Err(ObjectError::Missing) => Ok(Some(0)),
            Err(error) => Err(error),
        }
    }

    /// Nothing needs to be there before an upload but the bucket.
    async fn no_bucket(&self, fault: Fault) -> ObjectError {
        match self.missing(fault.clone()).await {
            ObjectError::Missing => told(fault),
            error => error,
        }
    }
}

/// The object, where Google's client has compared checksums itself and refuses it: what to do is decided here.
fn compared(error: &Error) -> Option<&Object> {
    match error.source()?.downcast_ref::<WriteError>()? {
        WriteError::ChecksumMismatch { object, .. } => Some(object),
        _ => None,
    }
}

fn kept(object: &Object) -> Option<Kept> {
    let facts = ObjectFacts {
        size: object.size.try_into().ok()?,
        crc32c: object.checksums.as_ref()?.crc32c?,
    };
    let generation = object.generation;
    Some(Kept { facts, generation })
}
