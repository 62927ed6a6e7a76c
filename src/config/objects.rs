//! - `GCS_BUCKET` (none: files in `DATA_DIR`), `GCS_ENDPOINT` (of an emulator), `GOOGLE_APPLICATION_CREDENTIALS`.

use std::path::{Path, PathBuf};

use url::Url;

use super::reader::Reader;

/// Where bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Objects {
    /// Files in a folder.
    Files(PathBuf),
    /// Google Cloud Storage.
    Gcs {
        /// The bucket's name.
        bucket: String,
        /// Of an emulator.
        endpoint: Option<String>,
        /// The key file of a service account.
        credentials: Option<PathBuf>,
    },
}

/// The key file of a service account, for every service of Google's.
pub(super) fn read_credentials(reader: &mut Reader<'_>) -> Option<PathBuf> {
    let file = reader.text("GOOGLE_APPLICATION_CREDENTIALS", "(none)");
    file.map(PathBuf::from)
}

pub(super) fn read(
    reader: &mut Reader<'_>,
    data_dir: &Path,
    credentials: Option<PathBuf>,
) -> Objects {
    let folder = data_dir.join("objects");
    let bucket = reader.text("GCS_BUCKET", &format!("(files in {})", folder.display()));
    let endpoint = endpoint(reader, "GCS_ENDPOINT");
    match bucket {
        None => Objects::Files(folder),
        Some(bucket) => Objects::Gcs {
            bucket,
            endpoint,
            credentials,
        },
    }
}

/// Where a service answers, if not at its usual place.
pub(super) fn endpoint(reader: &mut Reader<'_>, variable: &'static str) -> Option<String> {
    let text = reader.text(variable, "(its own)")?;
    let web = Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !web {
        reader.refuse(variable, "must begin with http:// or https://");
    }
    Some(text)
}
