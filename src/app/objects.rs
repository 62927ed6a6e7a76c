//! Where bytes are kept, and their way from one place to the other.

use std::path::Path;
use std::sync::Arc;

use super::AppError;
use super::database::open_store;
use crate::adapters::clock::SystemClock;
use crate::adapters::objects::gcs::{GcsConfig, GcsObjects};
use crate::adapters::objects::{FileObjects, MeasuredObjects};
use crate::config::{self, Config, Objects};
use crate::ports::clock::Clock;
use crate::ports::objects::ObjectStore;
use crate::services::copying::{CopyError, ObjectCopy};

/// A place for objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectPlace {
    /// Files in `DATA_DIR`.
    Files,
    /// The bucket of `GCS_BUCKET`.
    Gcs,
}

/// Opens what the settings name.
pub(super) fn open(
    config: &Config,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<dyn ObjectStore>, AppError> {
    let store: Arc<dyn ObjectStore> = match &config.objects {
        Objects::Files(folder) => files(folder)?,
        Objects::Gcs { .. } => Arc::new(bucket(config, clock)?),
    };
    Ok(Arc::new(MeasuredObjects(store)))
}

/// Whether objects can be kept, as a sentence. Makes nothing.
pub(super) async fn check(config: &Config) -> Result<&'static str, AppError> {
    match &config.objects {
        Objects::Files(folder) => check_files(folder),
        Objects::Gcs { .. } => {
            let clock: Arc<dyn Clock> = Arc::new(SystemClock);
            let checked = bucket(config, &clock)?.check().await;
            checked.map_err(|error| AppError::new("GCS_BUCKET", error))?;
            Ok("The bucket answers.")
        }
    }
}

fn check_files(folder: &Path) -> Result<&'static str, AppError> {
    let there = FileObjects::check(folder);
    let there = there.map_err(|error| AppError::new("DATA_DIR cannot be written to", error))?;
    Ok(if there {
        "Objects are files, and their folder can be written to."
    } else {
        "Objects are files: the first start makes their folder."
    })
}

fn files(folder: &Path) -> Result<Arc<dyn ObjectStore>, AppError> {
    let files = FileObjects::open(folder.to_owned());
    let files = files.map_err(|error| AppError::new("DATA_DIR cannot be written to", error))?;
    Ok(Arc::new(files))
}

fn bucket(config: &Config, clock: &Arc<dyn Clock>) -> Result<GcsObjects, AppError> {
    let Objects::Gcs {
        bucket,
        endpoint,
        credentials,
    } = &config.objects
    else {
        return Err(AppError("GCS_BUCKET: must be set".into()));
    };
    let gcs = GcsConfig {
        endpoint: endpoint.clone(),
        credentials: credentials.clone(),
        ..GcsConfig::new(bucket)
    };
    GcsObjects::new(gcs, clock.clone()).map_err(|error| AppError::new("GCS_BUCKET", error))
}

/// Copies every object that the database names, and prints how far it is. What failed is an error at the end.
pub async fn copy_objects(
    config: &Config,
    from: ObjectPlace,
    to: ObjectPlace,
    parallel: usize,
) -> Result<(), AppError> {
    if from == to {
        return Err(AppError("--from and --to must differ".into()));
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let place = |place| -> Result<Arc<dyn ObjectStore>, AppError> {
        match place {
            ObjectPlace::Files => files(&config::files(&config.data_dir)),
            ObjectPlace::Gcs => Ok(Arc::new(bucket(config, &clock)?)),
        }
    };
    let (from, to) = (place(from)?, place(to)?);
    let store = open_store(config).await?;
    let copy = ObjectCopy {
        store: Arc::new(store.clone()),
        from,
        to,
        parallel,
    };
    let done = copy.run(|report| eprintln!("{report}")).await;
    store.close().await;
    let report =
        done.map_err(|error: CopyError| AppError::new("objects were not copied", error))?;
    println!("Done: {report}.");
    if report.failed == 0 {
        return Ok(());
    }
    let message = "some objects were not copied: the log says which; run it again";
    Err(AppError(message.into()))
}
