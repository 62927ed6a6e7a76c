//! Having one's own picture labelled at once.

use super::{LabelImageError, Products, find};
use crate::domain::label::Label;
use crate::domain::viewer::Viewer;
use crate::services::labelling::LabellingError;

/// The labels of a product with those that the labeller sees. Only its owner may ask; one that is hidden answers like
/// one that does not exist.
pub(super) async fn label(
    this: &Products,
    viewer: &Viewer,
    id: &str,
) -> Result<Vec<Label>, LabelImageError> {
    let seen = find::get(this, viewer, id).await?;
    let seen = seen.ok_or(LabelImageError::NotFound)?;
    if !seen.access(viewer.user).manage {
        return Err(LabelImageError::Forbidden);
    }
    match this.labelling.label(&seen.product).await {
        Err(LabellingError::Gone) => Err(LabelImageError::NotFound),
        done => Ok(done?),
    }
}
