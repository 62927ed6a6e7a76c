//! - `GCS_BUCKET` (none: files in `DATA_DIR`), `GCS_ENDPOINT` (of an emulator, or of another region),
//!   `GOOGLE_APPLICATION_CREDENTIALS` (none: the machine's own account).

use std::path::{Path, PathBuf};

use super::endpoint::{endpoint, is_readable};
use super::environment::Environment;
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
        /// Where it answers, if not at its usual place; plain http is an emulator's, in production on this machine.
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
    environment: Environment,
    data_dir: &Path,
    credentials: Option<PathBuf>,
) -> Objects {
    let folder = files(data_dir);
    let bucket = reader.text("GCS_BUCKET", &format!("(files in {})", folder.display()));
    let endpoint = endpoint(reader, "GCS_ENDPOINT");
    if environment.is_production() && endpoint.as_deref().is_some_and(is_readable) {
        let message = "must begin with https:// in production, http:// is for this machine alone: originals are sent \
                       there and read from there";
        reader.refuse("GCS_ENDPOINT", message);
    }
    if bucket.as_deref().is_some_and(|name| !is_bucket(name)) {
        let message = "must be a bucket's name: 3 to 222 of a-z, 0-9, `-`, `_` and `.`";
        reader.refuse("GCS_BUCKET", message);
    }
    match bucket {
        None => Objects::Files(folder),
        Some(bucket) => Objects::Gcs {
            bucket,
            endpoint,
            credentials,
        },
    }
}

/// Where files are, whether or not they are used.
#[must_use]
pub fn files(data_dir: &Path) -> PathBuf {
    data_dir.join("objects")
}

fn is_bucket(name: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = |byte: Option<u8>| byte.is_some_and(inside);
    let (first, last) = (name.bytes().next(), name.bytes().next_back());
    let allowed = |byte: u8| inside(byte) || b"-_.".contains(&byte);
    (3..=222).contains(&name.len()) && ends(first) && ends(last) && name.bytes().all(allowed)
}
