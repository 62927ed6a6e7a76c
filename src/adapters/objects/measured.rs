//! Counts and times the calls of an object store, and shows them in traces.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use tracing::Instrument as _;
use url::Url;

use crate::observe::{table, traces};
use crate::ports::objects::{Object, ObjectError, ObjectFacts, ObjectStore};

/// Another store, watched.
pub struct MeasuredObjects(pub Arc<dyn ObjectStore>);

/// One call.
async fn call<T>(
    operation: &'static str,
    work: impl Future<Output = Result<T, ObjectError>>,
) -> Result<T, ObjectError> {
    let span = traces::outside!(
        format!("objects {operation}"),
        shotify.objects.operation = operation,
    );
    let begun = Instant::now();
    let done = work.instrument(span.clone()).await;
    let duration = table::OBJECT_STORE_DURATION.with([operation]);
    duration.record(begun.elapsed());
    let outcome = outcome(&done);
    let calls = table::OBJECT_STORE_CALLS.with([operation, outcome]);
    calls.increment(1);
    if !matches!(outcome, "ok" | "missing") {
        traces::failed(&span, outcome);
    }
    done
}

const fn outcome<T>(done: &Result<T, ObjectError>) -> &'static str {
    match done {
        Ok(_) => "ok",
        Err(ObjectError::Missing) => "missing",
        Err(ObjectError::Unavailable(_)) => "unavailable",
        Err(ObjectError::Failed(_)) => "failed",
    }
}

#[async_trait]
impl ObjectStore for MeasuredObjects {
    async fn put(
        &self,
        key: &str,
        bytes: Bytes,
        media_type: &'static str,
    ) -> Result<(), ObjectError> {
        call("put", self.0.put(key, bytes, media_type)).await
    }

    async fn size(&self, key: &str) -> Result<u64, ObjectError> {
        call("size", self.0.size(key)).await
    }

    async fn facts(&self, key: &str) -> Result<ObjectFacts, ObjectError> {
        call("facts", self.0.facts(key)).await
    }

    async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<Object, ObjectError> {
        call("get", self.0.get(key, range)).await
    }

    async fn link(
        &self,
        key: &str,
        media_type: &'static str,
        valid_for: Duration,
    ) -> Result<Option<Url>, ObjectError> {
        call("link", self.0.link(key, media_type, valid_for)).await
    }

    async fn delete(&self, key: &str) -> Result<(), ObjectError> {
        call("delete", self.0.delete(key)).await
    }
}
