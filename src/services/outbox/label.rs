//! Labelling one picture, as its owner asked for at its upload.

use super::worker::{Failure, OutboxWorker};
use crate::domain::id::ProductId;
use crate::ports::vision::LabelError;
use crate::services::labelling::LabellingError;

impl OutboxWorker {
    pub(super) async fn label(&self, id: ProductId) -> Result<(), Failure> {
        let Some(product) = self.store.products().find_for_link(id).await? else {
            return Ok(());
        };
        match self.labelling.label(&product).await {
            Ok(_) | Err(LabellingError::Gone) => Ok(()),
            Err(error) => Err(failure(error)),
        }
    }
}

fn failure(error: LabellingError) -> Failure {
    match error {
        LabellingError::Limited { retry_after } => Failure::Later(
            "its owner's pictures are labelled later".into(),
            Some(retry_after),
        ),
        LabellingError::Labeller(LabelError::Later { reason, after }) => {
            Failure::Later(reason, after)
        }
        LabellingError::Labeller(LabelError::Refused(reason)) => Failure::Never(reason),
        other => Failure::Later(other.to_string(), None),
    }
}
