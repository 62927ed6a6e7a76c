//! Where objects are written until they are whole: a folder of each process's own.
//!
//! It is locked as long as the process lives. The lock falls with the process, however that ends, so that the next one to
//! start knows what a crash left and what is still being written.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often, and how long apart, a lock is tried that is held for a moment only.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(50);
/// Servers of an earlier version wrote beside the folders: what is older than this was left by a crash.
const ABANDONED: Duration = Duration::from_hours(1);

/// This process's folder.
pub(super) struct Incoming {
    folder: PathBuf,
    _lock: File,
}

impl Incoming {
    /// Where the folders of all processes are.
    pub fn of(root: &Path) -> PathBuf {
        root.join(".incoming")
    }

    /// Makes one below `root`, and clears away those that nobody writes in any more.
    pub fn open(root: &Path) -> io::Result<Self> {
        let all = Self::of(root);
        fs::create_dir_all(&all)?;
        // One server after another: a folder that was just made and is not locked yet must not pass for one that was left.
        let door = File::open(&all)?;
        patiently(&door)?;
        clear(&all)?;
        let folder = tempfile::Builder::new().tempdir_in(&all)?.keep();
        let lock = File::open(&folder)?;
        patiently(&lock)?;
        Ok(Self {
            folder,
            _lock: lock,
        })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // Where something is still being written, the next start clears it away.
        let _ = fs::remove_dir(&self.folder);
    }
}

fn patiently(file: &File) -> io::Result<()> {
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::Error::other("another server holds a lock for too long"))
}

fn clear(all: &Path) -> io::Result<()> {
    // The file system's own clock.
    let now = tempfile::tempfile_in(all)?.metadata()?.modified()?;
    for entry in fs::read_dir(all)? {
        let path = entry?.path();
        let cleared = match fs::metadata(&path) {
            Ok(found) if found.is_dir() => clear_folder(&path),
            Ok(found) => {
                let age = now.duration_since(found.modified()?);
                if age.is_ok_and(|age| age > ABANDONED) {
                    fs::remove_file(&path)
                } else {
                    Ok(())
                }
            }
            Err(error) => Err(error),
        };
        match cleared {
            // A server that ended just now has cleared it away itself.
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn clear_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.try_lock() {
        Ok(()) => fs::remove_dir_all(folder),
        Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
