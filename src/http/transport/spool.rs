//! Files of a request, on disk from their first byte and without a name, so that nothing is left
//! behind whatever ends the request.

use std::{fs::File, io, io::Seek, path::Path};

use tokio::{io::AsyncWriteExt, task::spawn_blocking};

/// A file that is being received.
pub(super) struct Spool {
    file: tokio::fs::File,
    written: u64,
}

impl Spool {
    /// An empty one in `dir`.
    pub(super) async fn create(dir: &Path) -> io::Result<Self> {
        let dir = dir.to_owned();
        let file = spawn_blocking(move || tempfile::tempfile_in(dir)).await??;
        Ok(Self {
            file: tokio::fs::File::from_std(file),
            written: 0,
        })
    }

    /// Bytes written so far.
    pub(super) const fn written(&self) -> u64 {
        self.written
    }

    pub(super) async fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.file.write_all(chunk).await?;
        self.written += chunk.len() as u64;
        Ok(())
    }

    /// The file, set to its start.
    pub(super) async fn finish(mut self) -> io::Result<File> {
        self.file.flush().await?;
        let mut file = self.file.into_std().await;
        file.rewind()?;
        Ok(file)
    }
}
