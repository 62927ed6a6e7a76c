//! Where bytes are kept.

use std::sync::Arc;

use super::AppError;
use crate::adapters::objects::FileObjects;
use crate::config::{Config, Objects};
use crate::ports::objects::ObjectStore;

/// Opens what the settings name.
pub(super) fn open(config: &Config) -> Result<Arc<dyn ObjectStore>, AppError> {
    match &config.objects {
        Objects::Files(folder) => files(folder),
        Objects::Gcs { .. } => Err(AppError("GCS_BUCKET: is not built yet".into())),
    }
}

fn files(folder: &std::path::Path) -> Result<Arc<dyn ObjectStore>, AppError> {
    let files = FileObjects::open(folder.to_owned());
    let files = files.map_err(|error| AppError::new("DATA_DIR cannot be written to", error))?;
    Ok(Arc::new(files))
}
