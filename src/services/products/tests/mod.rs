//! Putting up, changing and deleting over plain rows; lists over mocks.

mod delete;
mod find;
mod search;
mod seeing;
mod update;
mod upload;
mod upload_faults;
mod upload_limits;

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{NewImage, ProductsService as _, UploadError, UploadLimits};
use crate::domain::id::UserId;
use crate::domain::money::Currency;
use crate::domain::product::Seen;
use crate::domain::session::SessionId;
use crate::domain::user::Role;
use crate::domain::viewer::Viewer;
use crate::ports::outbox::Task;
use crate::ports::pictures::SpooledFile;
use crate::ports::store::Store;
use crate::ports::vision::MockLabeller;
use crate::services::testing::{
    Accounts, FakeClock, FakeRandom, FakeStore, FakeStudio, MemoryObjects, duplicates, labelling,
};

/// An owner, a stranger, and the service with everything under it.
struct Gallery {
    store: Arc<Accounts>,
    clock: Arc<FakeClock>,
    objects: Arc<MemoryObjects>,
    studio: Arc<FakeStudio>,
    products: super::Products,
    owner: UserId,
    stranger: UserId,
}

fn gallery() -> Gallery {
    let store = Arc::new(Accounts::default());
    let clock = Arc::new(FakeClock::default());
    let objects = Arc::new(MemoryObjects::new(store.clone()));
    let studio = Arc::new(FakeStudio::default());
    let owner = store.member("owner", "owner@example.com");
    let stranger = store.member("stranger", "stranger@example.com");
    let products = super::Products {
        objects: objects.clone(),
        studio: studio.clone(),
        clock: clock.clone(),
        ..over(store.clone(), store.clone())
    };
    Gallery {
        store,
        clock,
        objects,
        studio,
        products,
        owner,
        stranger,
    }
}

/// The service over any store; `beside` is where its objects are announced.
fn over(store: Arc<dyn Store>, beside: Arc<Accounts>) -> super::Products {
    let objects = Arc::new(MemoryObjects::new(beside));
    super::Products {
        labelling: labelling(store.clone(), objects.clone(), MockLabeller::new()),
        duplicates: duplicates(store.clone(), Arc::default()),
        store,
        objects,
        studio: Arc::new(FakeStudio::default()),
        clock: Arc::new(FakeClock::default()),
        random: Arc::new(FakeRandom::default()),
        currency: Currency::parse("USD").unwrap(),
        limits: UploadLimits::default(),
        desks: Arc::new(Semaphore::new(8)),
    }
}

/// The service over mocked readers.
fn mocked(expect: impl FnOnce(&mut FakeStore)) -> super::Products {
    let mut store = FakeStore::default();
    expect(&mut store);
    over(Arc::new(store), Arc::default())
}

impl Gallery {
    async fn upload(&self, images: Vec<NewImage>) -> Result<Vec<Seen>, UploadError> {
        self.products.upload(&viewer(self.owner), images).await
    }

    /// The objects whose deletion is ordered, sorted.
    fn doomed(&self) -> Vec<String> {
        let rows = self.store.rows();
        let tasks = rows.outbox.iter().filter_map(|task| match task {
            Task::DeleteObject(key) => Some(key.clone()),
            Task::Mail(mail) => panic!("{mail:?}"),
            Task::Label(_) | Task::Compare(_) => None,
        });
        let mut keys: Vec<String> = tasks.collect();
        keys.sort();
        keys
    }

    /// The objects that are held, sorted.
    fn held(&self) -> Vec<String> {
        self.objects.held().into_keys().collect()
    }

    fn journal(&self) -> Vec<String> {
        let notes = self.store.journal().into_iter();
        notes.map(|(key, _)| key).collect()
    }

    /// No row, label, word or embedding.
    fn is_empty(&self) -> bool {
        let market = &self.store.rows().market;
        let described = market.labels.len() + market.words.len() + market.embeddings.len();
        market.products.is_empty() && described == 0
    }
}

fn viewer(user: UserId) -> Viewer {
    Viewer {
        user,
        role: Role::User,
        session: SessionId([1; 16]),
    }
}

/// A picture of so many bytes; the fake studio refuses one without any.
fn picture(size: u64) -> NewImage {
    NewImage {
        title: "Fog at dawn".into(),
        description: "Seen from the pier".into(),
        labels: vec!["Sea".into()],
        file: SpooledFile {
            file: tempfile::tempfile().unwrap(),
            size,
        },
        private: false,
        for_sale: true,
        price: 12.5,
        discount_percent: 20,
        auto_label: false,
    }
}

fn pictures(count: usize) -> Vec<NewImage> {
    (0..count).map(|_| picture(10)).collect()
}
