//! - `GCS_BUCKET` (none: files in `DATA_DIR`), `GCS_ENDPOINT` (of an emulator, or of another region),
//!   `GOOGLE_APPLICATION_CREDENTIALS` (none: the machine's own account).

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
        /// Where it answers, if not at its usual place; plain http is an emulator's.
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
    let folder = files(data_dir);
    let bucket = reader.text("GCS_BUCKET", &format!("(files in {})", folder.display()));
    let endpoint = endpoint(reader, "GCS_ENDPOINT");
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

/// Where a service answers, if not at its usual place.
pub(super) fn endpoint(reader: &mut Reader<'_>, variable: &'static str) -> Option<String> {
    let text = reader.text(variable, "(its own)")?;
    let url = Url::parse(&text).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
    match url {
        None => reader.refuse(variable, "must begin with http:// or https://"),
        Some(url) if !url.username().is_empty() || url.password().is_some() => {
            reader.refuse(variable, "must not hold a name or password");
        }
        Some(url) if url.query().is_some() || url.fragment().is_some() => {
            reader.refuse(variable, "must not hold a query");
        }
        Some(_) => {}
    }
    Some(text)
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
