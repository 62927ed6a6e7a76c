//! Batches: what many objects of one answer ask for is fetched by one statement.
//!
//! An execution runs until it can go no further; only then is everything fetched that it has asked for
//! meanwhile, each kind at once. So the number of statements depends on the document alone, never on the
//! length of a list or on how fast it was walked (a clock, as async-graphql's own loader has, cuts long
//! lists into several batches). Nothing is kept: what is asked for later is fetched again.

use std::collections::HashMap;
use std::hash::Hash;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use async_graphql::dataloader::Loader;
use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextPrepareRequest,
};
use async_graphql::{Error, Request, Response, ServerResult};
use futures::StreamExt;
// Not tokio's: that one gives way now and then, and a walk cut short is a batch cut short.
use futures::channel::oneshot;
use futures::future::{BoxFuture, poll_fn};
use futures::stream::FuturesUnordered;
use futures::task::AtomicWaker;

use super::codes::{Code, error};
use super::loaders::{Gallery, LabelLoader, ProductLoader, Seeing, UserLoader};
use super::schema::Services;
use crate::domain::id::{ProductId, UserId};

/// Keys of one statement: engines bind at most about four times as many values.
const MOST_KEYS: usize = 8192;

/// A fetch on its way; it hands its findings to those who wait.
type Fetch = BoxFuture<'static, ()>;
type Found<V> = Result<Option<V>, Error>;
/// Who waits for what.
type Waiting<K, V> = HashMap<K, Vec<oneshot::Sender<Found<V>>>>;

/// What was asked of one loader and is not yet on its way.
pub(super) struct Queue<K, L: Loader<K>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
{
    loader: Arc<L>,
    waiting: Mutex<Waiting<K, L::Value>>,
}

impl<K, L> Queue<K, L>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    L: Loader<K, Error = Error>,
{
    fn new(loader: Arc<L>) -> Self {
        Self {
            loader,
            waiting: Mutex::default(),
        }
    }

    /// What belongs to the key, fetched with all that is asked for until nothing else can be done.
    pub(super) async fn load_one(&self, key: K) -> Found<L::Value> {
        let (sender, receiver) = oneshot::channel();
        self.locked().entry(key).or_default().push(sender);
        receiver
            .await
            .unwrap_or_else(|_| Err(error(Code::Internal, "Something went wrong on the server.")))
    }

    /// Everything asked for so far.
    fn start(&self) -> Option<Fetch> {
        let waiting = std::mem::take(&mut *self.locked());
        if waiting.is_empty() {
            return None;
        }
        Some(Box::pin(fetch(Arc::clone(&self.loader), waiting)))
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Waiting<K, L::Value>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn fetch<K, L>(loader: Arc<L>, mut waiting: Waiting<K, L::Value>)
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    L: Loader<K, Error = Error>,
{
    let keys: Vec<K> = waiting.keys().cloned().collect();
    for some in keys.chunks(MOST_KEYS) {
        let found = loader.load(some).await;
        for key in some {
            let of_key = found.as_ref().map(|found| found.get(key).cloned());
            for sender in waiting.remove(key).unwrap_or_default() {
                // Whoever does not wait any more has no use for it.
                drop(sender.send(of_key.clone().map_err(Clone::clone)));
            }
        }
    }
}

/// The queues of one request.
#[derive(Clone)]
pub(super) struct Batches {
    /// Members.
    pub users: Arc<Queue<UserId, UserLoader>>,
    /// Labels of products.
    pub labels: Arc<Queue<ProductId, LabelLoader>>,
    /// Products as their viewer sees them.
    pub products: Arc<Queue<Seeing<ProductId>, ProductLoader>>,
    /// Members' newest images.
    pub galleries: Arc<Queue<Seeing<Gallery>, ProductLoader>>,
}

impl Batches {
    fn new(services: &Services) -> Self {
        let products = Arc::new(ProductLoader(services.products.clone()));
        let users = UserLoader(services.users.clone());
        let labels = LabelLoader(services.products.clone());
        Self {
            users: Arc::new(Queue::new(Arc::new(users))),
            labels: Arc::new(Queue::new(Arc::new(labels))),
            products: Arc::new(Queue::new(Arc::clone(&products))),
            galleries: Arc::new(Queue::new(products)),
        }
    }

    fn start(&self) -> impl Iterator<Item = Fetch> {
        let fetches = [
            self.users.start(),
            self.labels.start(),
            self.products.start(),
            self.galleries.start(),
        ];
        fetches.into_iter().flatten()
    }

    /// Runs an execution, and what it waits for whenever it can go no further.
    async fn drive<T>(&self, execution: impl Future<Output = T>) -> T {
        driven(execution, || self.start()).await
    }
}

/// Runs an execution; `start` says what it has asked for, once it can go no further.
async fn driven<T, S: IntoIterator<Item = Fetch>>(
    execution: impl Future<Output = T>,
    start: impl Fn() -> S,
) -> T {
    let mut execution = pin!(execution);
    let mut fetches = FuturesUnordered::new();
    let watch = Arc::new(Watch::default());
    let waker = Waker::from(Arc::clone(&watch));
    poll_fn(|cx| {
        watch.task.register(cx.waker());
        loop {
            watch.woken.store(false, Ordering::SeqCst);
            let polled = execution.as_mut().poll(&mut Context::from_waker(&waker));
            // Joined futures give way in the middle of a long list: that is no end, and this is called again.
            if polled.is_ready() || watch.woken.load(Ordering::SeqCst) {
                return polled;
            }
            fetches.extend(start());
            if !progress(&mut fetches, cx) {
                return Poll::Pending;
            }
        }
    })
    .await
}

/// Notes that the execution can go on, and passes it on to the task.
#[derive(Default)]
struct Watch {
    woken: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Watch {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        self.task.wake();
    }
}

/// Whether a fetch has come to its end, so that the execution can go on.
fn progress(fetches: &mut FuturesUnordered<Fetch>, cx: &mut Context<'_>) -> bool {
    let mut ended = false;
    while let Poll::Ready(Some(())) = fetches.poll_next_unpin(cx) {
        ended = true;
    }
    ended
}

/// Gives each request its own batches and drives them.
pub(super) struct Batching(pub Services);

impl ExtensionFactory for Batching {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Driver(Batches::new(&self.0)))
    }
}

struct Driver(Batches);

#[async_graphql::async_trait::async_trait]
impl Extension for Driver {
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        next.run(ctx, request.data(self.0.clone())).await
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        self.0.drive(next.run(ctx, operation_name)).await
    }
}

#[cfg(test)]
#[path = "batches_tests.rs"]
mod tests;
