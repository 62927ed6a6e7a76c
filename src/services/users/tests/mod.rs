//! Accounts against plain rows.

mod confirm;
mod find;
mod register;
mod update;

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::*;
use crate::domain::email::Email;
use crate::domain::embedding::{Embedding, ModelId};
use crate::domain::mail::{Letter, Mail};
use crate::domain::picture::ImageFormat;
use crate::domain::session::SessionId;
use crate::domain::token::{MailToken, TokenPurpose};
use crate::ports::chance::Random;
use crate::ports::clock::Clock as _;
use crate::ports::objects::{MockObjectStore, ObjectStore};
use crate::ports::outbox::Task;
use crate::ports::pictures::{Developed, Encoded, Examined, Studio};
use crate::services::limits::AccountLimits;
use crate::services::mailed;
use crate::services::testing::{
    Account, Accounts, CountingLimiter, FakeClock, FakeHasher, FakeRandom,
};

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const ANNA: &str = "anna@example.com";
const BERT: &str = "bert@example.com";
const FRESH: &str = "fresh@example.com";

/// Takes every file for a picture, but empty ones.
struct FakeStudio;

#[async_trait]
impl Studio for FakeStudio {
    async fn develop(&self, _: SpooledFile, _: String) -> Result<Developed, PictureError> {
        Err(PictureError::Failed("accounts develop nothing".into()))
    }
    async fn examine(&self, _: SpooledFile) -> Result<Examined, PictureError> {
        Err(PictureError::Failed("accounts examine nothing".into()))
    }
    async fn embed(&self, _: &Encoded) -> Result<Embedding, PictureError> {
        Err(PictureError::Failed("accounts embed nothing".into()))
    }
    fn model(&self) -> ModelId {
        ModelId::new("none")
    }
    async fn avatar(&self, upload: SpooledFile) -> Result<Encoded, PictureError> {
        if upload.size == 0 {
            return Err(PictureError::Unsupported("an empty file is no picture"));
        }
        Ok(Encoded {
            bytes: Bytes::from_static(b"avatar"),
            format: ImageFormat::Jpeg,
        })
    }
}

/// A service over fakes, all of which can be looked at.
struct Bench {
    accounts: Arc<Accounts>,
    hasher: Arc<FakeHasher>,
    clock: Arc<FakeClock>,
    /// Keys of the objects put.
    objects: Arc<Mutex<Vec<String>>>,
    members: Members,
}

impl Bench {
    /// With the confirmed accounts of Anna and Bert.
    fn new() -> Self {
        let objects = Arc::new(Mutex::new(Vec::new()));
        let put = Arc::clone(&objects);
        let mut store = MockObjectStore::new();
        store.expect_put().returning(move |key, _, _| {
            put.lock().unwrap().push(key.to_owned());
            Ok(())
        });
        Self::over(store, objects)
    }

    fn over(store: MockObjectStore, objects: Arc<Mutex<Vec<String>>>) -> Self {
        let accounts = Arc::new(Accounts::default());
        accounts.member("anna", ANNA);
        accounts.member("bert", BERT);
        let hasher = Arc::new(FakeHasher::default());
        let clock = Arc::new(FakeClock::default());
        let members = Members {
            store: Arc::clone(&accounts) as _,
            hasher: Arc::clone(&hasher) as _,
            studio: Arc::new(FakeStudio),
            objects: Arc::new(store) as Arc<dyn ObjectStore>,
            limiter: Arc::new(CountingLimiter::default()),
            clock: Arc::clone(&clock) as _,
            random: Arc::new(FakeRandom::default()),
            limits: AccountLimits::default(),
            unconfirmed_for: Duration::from_hours(7 * 24),
        };
        Self {
            accounts,
            hasher,
            clock,
            objects,
            members,
        }
    }

    fn viewer(&self, address: &str) -> Viewer {
        let user = self.accounts.with(address).unwrap().user;
        Viewer {
            user: user.id,
            role: user.role,
            session: SessionId([0; 16]),
        }
    }

    /// Keeps a confirmation token as the outbox worker does when it mails a link.
    fn link(&self, user: UserId, address: &str) -> String {
        let token = format!("token of {user} for {address}");
        self.accounts.token(MailToken {
            user,
            purpose: TokenPurpose::Confirm,
            address: Email::parse(address).unwrap(),
            hash: mailed::hash(&token),
            expires: self.clock.now().plus(Duration::from_hours(7 * 24)),
        });
        token
    }

    /// Recipient, salutation and letter of each mail.
    fn letters(&self) -> Vec<(String, String, Letter)> {
        let mails = self.accounts.mails().into_iter();
        let parts = |mail: Mail| (mail.to.as_str().to_owned(), mail.username, mail.letter);
        mails.map(parts).collect()
    }

    fn deletions(&self) -> Vec<String> {
        let rows = self.accounts.rows();
        let keys = rows.outbox.iter().filter_map(|task| match task {
            Task::DeleteObject(key) => Some(key.clone()),
            Task::Mail(_) | Task::Label(_) | Task::Compare(_) => None,
        });
        keys.collect()
    }
}

/// A letter as [`Bench::letters`] shows it.
fn mail(to: &str, username: &str, letter: Letter) -> (String, String, Letter) {
    (to.to_owned(), username.to_owned(), letter)
}

fn registration(username: &str, email: &str) -> Registration {
    Registration {
        username: username.to_owned(),
        email: email.to_owned(),
        password: Account::PASSWORD.to_owned(),
        bio: "I take pictures.".to_owned(),
        avatar: None,
    }
}

fn file(size: u64) -> SpooledFile {
    SpooledFile {
        file: tempfile::tempfile().unwrap(),
        size,
    }
}

/// The field of a refused input.
fn field<T: std::fmt::Debug>(result: Result<T, AccountError>) -> String {
    match result {
        Err(AccountError::Invalid(invalid)) => invalid.field,
        other => format!("{other:?}"),
    }
}
