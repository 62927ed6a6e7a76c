//! The local mailbox of development: a folder with one JSON file a mail.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::task::spawn_blocking;

use crate::domain::email::Email;
use crate::domain::timestamp::Timestamp;
use crate::ports::clock::Clock;
use crate::ports::mailer::{Delivered, MailError, Mailbox, Mailer, Message};

/// Mails that are kept.
const KEPT: usize = 200;

/// Keeps the latest mails in a folder. A mail whose id is there already is not delivered twice (M3).
pub struct FileMailbox {
    folder: Arc<Mutex<PathBuf>>,
    clock: Arc<dyn Clock>,
}

/// A mail as it lies in its file.
#[derive(Serialize, Deserialize)]
struct Stored {
    id: String,
    to: String,
    subject: String,
    text: String,
    html: String,
    /// Microseconds since the epoch.
    sent: i64,
}

impl FileMailbox {
    /// A mailbox in this folder, which is made if need be.
    pub fn open(folder: PathBuf, clock: Arc<dyn Clock>) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        Ok(Self {
            folder: Arc::new(Mutex::new(folder)),
            clock,
        })
    }

    /// Works on the folder off the async workers, one after another.
    async fn with_folder<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let folder = Arc::clone(&self.folder);
        let work = move || work(&folder.lock().unwrap_or_else(PoisonError::into_inner));
        spawn_blocking(work).await.map_err(io::Error::other)?
    }
}

#[async_trait]
impl Mailer for FileMailbox {
    async fn send(&self, message: &Message) -> Result<(), MailError> {
        let stored = Stored {
            id: message.id.clone(),
            to: message.to.as_str().to_owned(),
            subject: message.subject.clone(),
            text: message.text.clone(),
            html: message.html.clone(),
            sent: self.clock.now().micros(),
        };
        let delivered = self.with_folder(move |folder| deliver(folder, &stored));
        delivered.await.map_err(|error| MailError::Later {
            reason: format!("the mailbox cannot be written: {error}"),
            after: None,
        })
    }
}

#[async_trait]
impl Mailbox for FileMailbox {
    async fn delivered(&self) -> io::Result<Vec<Delivered>> {
        self.with_folder(|folder| {
            let files = files(folder)?;
            let latest = files.iter().rev().take(KEPT);
            latest.map(|name| read(&folder.join(name))).collect()
        })
        .await
    }
}

/// Writes a file that is there whole or not at all, and makes room.
fn deliver(folder: &Path, mail: &Stored) -> io::Result<()> {
    let id = hex::encode(&Sha256::digest(&mail.id)[..8]);
    let files = files(folder)?;
    if files
        .iter()
        .any(|name| name.ends_with(&format!("-{id}.json")))
    {
        return Ok(());
    }
    // What a crash leaves of it is written over when the mail is sent again.
    let half = folder.join(format!("{id}.half"));
    fs::write(&half, serde_json::to_vec(mail)?)?;
    fs::rename(half, folder.join(format!("{:020}-{id}.json", mail.sent)))?;
    let spare = (files.len() + 1).saturating_sub(KEPT);
    for name in files.iter().take(spare) {
        fs::remove_file(folder.join(name))?;
    }
    Ok(())
}

/// Names of the mails, oldest first.
fn files(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().into_string().unwrap_or_default();
        if Path::new(&name).extension().is_some_and(|e| e == "json") {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn read(file: &Path) -> io::Result<Delivered> {
    let stored: Stored = serde_json::from_slice(&fs::read(file)?)?;
    Ok(Delivered {
        message: Message {
            id: stored.id,
            to: Email::from_stored(stored.to),
            subject: stored.subject,
            text: stored.text,
            html: stored.html,
        },
        sent: Timestamp::from_micros(stored.sent),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use crate::ports::clock::MockClock;

    fn mailbox(folder: &Path) -> FileMailbox {
        let ticks = AtomicI64::new(1);
        let mut clock = MockClock::new();
        clock
            .expect_now()
            .returning(move || Timestamp::from_seconds(ticks.fetch_add(1, Ordering::SeqCst)));
        FileMailbox::open(folder.join("mailbox"), Arc::new(clock)).unwrap()
    }

    fn message(id: &str) -> Message {
        Message {
            id: id.to_owned(),
            to: Email::parse("a@example.com").unwrap(),
            subject: format!("Subject {id} “ü”"),
            text: "line\nline".into(),
            html: "<p>hello</p>".into(),
        }
    }

    async fn ids(mailbox: &FileMailbox) -> Vec<String> {
        let delivered = mailbox.delivered().await.unwrap();
        delivered.into_iter().map(|d| d.message.id).collect()
    }

    #[tokio::test]
    async fn mails_come_back_newest_first_as_they_were_sent() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = mailbox(folder.path());
        for id in ["<1@x>", "<2@x>"] {
            mailbox.send(&message(id)).await.unwrap();
        }
        let delivered = mailbox.delivered().await.unwrap();
        assert_eq!(delivered[0].message, message("<2@x>"));
        assert_eq!(delivered[1].message, message("<1@x>"));
        assert_eq!(delivered[0].sent, Timestamp::from_seconds(2));
    }

    /// M3
    #[tokio::test]
    async fn a_repeated_mail_lies_there_once() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = mailbox(folder.path());
        for id in ["<1@x>", "<2@x>", "<1@x>"] {
            mailbox.send(&message(id)).await.unwrap();
        }
        assert_eq!(ids(&mailbox).await, ["<2@x>", "<1@x>"]);
    }

    #[tokio::test]
    async fn the_latest_two_hundred_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = mailbox(folder.path());
        for id in 0..205 {
            mailbox.send(&message(&id.to_string())).await.unwrap();
        }
        let ids = ids(&mailbox).await;
        assert_eq!((ids.len(), ids[0].as_str()), (200, "204"));
        let files = fs::read_dir(folder.path().join("mailbox")).unwrap();
        assert_eq!(files.count(), 200);
    }

    #[tokio::test]
    async fn what_is_half_written_is_not_seen_and_goes_when_the_mail_comes_again() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = mailbox(folder.path());
        let files = || fs::read_dir(folder.path().join("mailbox")).unwrap();
        mailbox.send(&message("<1@x>")).await.unwrap();
        let whole = files().next().unwrap().unwrap().path();
        let name = whole.file_stem().unwrap().to_str().unwrap();
        let id = name.split('-').nth(1).unwrap();
        fs::remove_file(&whole).unwrap();
        fs::write(whole.with_file_name(format!("{id}.half")), "{").unwrap();
        assert!(ids(&mailbox).await.is_empty());
        mailbox.send(&message("<1@x>")).await.unwrap();
        assert_eq!(ids(&mailbox).await, ["<1@x>"]);
        assert_eq!(files().count(), 1);
    }
}
