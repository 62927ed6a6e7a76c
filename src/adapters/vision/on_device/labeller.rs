//! Labels of pictures by the model.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::Model;
use super::labels::believed;
use crate::adapters::pictures::PictureStudio;
use crate::domain::label::Label;
use crate::ports::pictures::{Encoded, PictureError};
use crate::ports::vision::{Embedder as _, LabelError, Labeller};

/// When to ask again a studio that has too much to do.
const BUSY_FOR: Duration = Duration::from_secs(5);

/// Says what pictures show, on the studio's threads.
pub struct OnDeviceLabeller {
    /// Where the work is done, within its bounds.
    pub studio: Arc<PictureStudio>,
    /// What looks.
    pub model: Arc<Model>,
}

#[async_trait]
impl Labeller for OnDeviceLabeller {
    async fn label(&self, picture: &Encoded) -> Result<Vec<Label>, LabelError> {
        let model = Arc::clone(&self.model);
        let look = move |rgb: &[u8]| {
            let seen = model.see(rgb);
            seen.map_err(|error| PictureError::Failed(error.to_string()))
        };
        let seen = self.studio.show(picture, self.model.side(), look).await;
        let seen = seen.map_err(|error| trouble(&error))?;
        Ok(believed(&seen.probabilities))
    }
}

/// A file that cannot be read, or a model that does not run, is not mended by waiting.
fn trouble(error: &PictureError) -> LabelError {
    match error {
        PictureError::Busy => LabelError::Later {
            reason: error.to_string(),
            after: Some(BUSY_FOR),
        },
        PictureError::Failed(_) | PictureError::Unsupported(_) | PictureError::TooLarge(_) => {
            LabelError::Refused(error.to_string())
        }
    }
}
