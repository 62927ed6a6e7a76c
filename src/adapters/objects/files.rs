//! Objects as files: the embedded default.
//!
//! An object is `ab/cd/KEY` below the root, where `abcd` begins the hash of its key: folders stay small whatever keys look
//! like. It is written elsewhere first ([`super::incoming`]) and renamed when it is whole and on the disk.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncReadExt as _;
use tokio::task::spawn_blocking;
use tokio_util::io::ReaderStream;

use super::incoming::Incoming;
use super::key;
use crate::ports::objects::{Object, ObjectError, ObjectFacts, ObjectStore};

/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// An object store in a folder.
pub struct FileObjects {
    root: PathBuf,
    incoming: Incoming,
}

impl FileObjects {
    /// Over the folder `root`, which is made where it does not exist; clears away what a crash left.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        let incoming = Incoming::open(&root)?;
        Ok(Self { root, incoming })
    }

    /// Whether objects can be kept in the folder `root`, and whether it is there already. Makes nothing that stays: where
    /// there is no folder yet, the nearest that there is must let it be made.
    pub fn check(root: &Path) -> io::Result<bool> {
        let (there, incoming) = (root.try_exists()?, Incoming::of(root));
        for folder in [nearest(root)?, nearest(&incoming)?] {
            // A file without a name, which is gone when it is closed.
            let mut file = tempfile::tempfile_in(folder)?;
            file.write_all(b"?")?;
        }
        Ok(there)
    }

    fn path(&self, key: &str) -> Result<PathBuf, ObjectError> {
        key::check(key)?;
        let digest = Sha256::digest(key);
        let (first, second) = (hex::encode(&digest[..1]), hex::encode(&digest[1..2]));
        // No key holds a `+`, so that no two keys share a name.
        Ok(self
            .root
            .join(first)
            .join(second)
            .join(key.replace('/', "+")))
    }
}

/// A folder, or the nearest above it that exists.
fn nearest(folder: &Path) -> io::Result<&Path> {
    for above in folder.ancestors() {
        // A relative path ends in the folder that we run in.
        let above = if above.as_os_str().is_empty() {
            Path::new(".")
        } else {
            above
        };
        if above.try_exists()? {
            return Ok(above);
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

/// Says what is wrong without saying where: paths are nobody's business.
fn fault(error: &io::Error) -> ObjectError {
    use io::ErrorKind::{NotFound, QuotaExceeded, StorageFull};

    match error.kind() {
        NotFound => ObjectError::Missing,
        StorageFull | QuotaExceeded => ObjectError::Unavailable("no space is left".into()),
        kind => match error.raw_os_error() {
            // Too many open files, here or in the whole system.
            Some(23 | 24) => ObjectError::Unavailable("too many files are open".into()),
            _ => ObjectError::Failed(kind.to_string()),
        },
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, ObjectError> {
    let done = spawn_blocking(work).await;
    let done = done.map_err(|_| ObjectError::Failed("the work on a file broke off".into()))?;
    done.map_err(|error| fault(&error))
}

fn write(incoming: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(incoming)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    let folder = path.parent().unwrap_or(incoming);
    make_folder(folder)?;
    file.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

/// Makes a folder that is still there after a power cut.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().unwrap_or(folder);
    make_folder(parent)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => File::open(parent)?.sync_all(),
    }
}

fn facts(file: &mut File) -> io::Result<ObjectFacts> {
    let mut facts = ObjectFacts::default();
    let mut buffer = vec![0; CHUNK];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(facts),
            read => facts.update(&buffer[..read]),
        }
    }
}

#[async_trait]
impl ObjectStore for FileObjects {
    async fn put(
        &self,
        key: &str,
        bytes: Bytes,
        _media_type: &'static str,
    ) -> Result<(), ObjectError> {
        let (path, incoming) = (self.path(key)?, self.incoming.folder().to_owned());
        blocking(move || write(&incoming, &path, &bytes)).await
    }

    async fn size(&self, key: &str) -> Result<u64, ObjectError> {
        let path = self.path(key)?;
        blocking(move || Ok(fs::metadata(path)?.len())).await
    }

    async fn facts(&self, key: &str) -> Result<ObjectFacts, ObjectError> {
        let path = self.path(key)?;
        blocking(move || facts(&mut File::open(path)?)).await
    }

    async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<Object, ObjectError> {
        let path = self.path(key)?;
        let opened = blocking(move || {
            let mut file = File::open(path)?;
            let size = file.metadata()?.len();
            let range = range.unwrap_or(0..size);
            let start = range.start.min(size);
            file.seek(SeekFrom::Start(start))?;
            Ok((file, size, range.end.min(size).saturating_sub(start)))
        });
        let (file, size, length) = opened.await?;
        let file = tokio::fs::File::from_std(file).take(length);
        let chunks = ReaderStream::with_capacity(file, CHUNK);
        let bytes = Box::pin(chunks.map(|chunk| chunk.map_err(|error| fault(&error))));
        Ok(Object { size, bytes })
    }

    async fn delete(&self, key: &str) -> Result<(), ObjectError> {
        let path = self.path(key)?;
        let removed = blocking(move || {
            fs::remove_file(&path)?;
            // So that a power cut does not bring it back.
            path.parent()
                .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
        });
        match removed.await {
            Err(ObjectError::Missing) => Ok(()),
            other => other,
        }
    }
}
