//! Counts and times what a labeller is shown, and shows it in traces.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use tracing::Instrument as _;

use crate::domain::label::Label;
use crate::observe::{table, traces};
use crate::ports::pictures::Encoded;
use crate::ports::vision::{LabelError, Labeller};

/// Another labeller, watched.
pub struct MeasuredLabeller {
    /// As metrics name it.
    pub name: &'static str,
    /// Who labels.
    pub labeller: Arc<dyn Labeller>,
}

#[async_trait]
impl Labeller for MeasuredLabeller {
    async fn label(&self, picture: &Encoded) -> Result<Vec<Label>, LabelError> {
        let span = traces::outside!("vision label", shotify.labeller = self.name,);
        let begun = Instant::now();
        let labelled = self.labeller.label(picture).instrument(span.clone()).await;
        let duration = table::VISION_DURATION.with([self.name]);
        duration.record(begun.elapsed());
        let outcome = match &labelled {
            Ok(_) => "ok",
            Err(LabelError::Later { .. }) => "postponed",
            Err(LabelError::Refused(_)) => "refused",
        };
        let calls = table::VISION_CALLS.with([self.name, outcome]);
        calls.increment(1);
        if labelled.is_err() {
            traces::failed(&span, outcome);
        }
        labelled
    }
}
