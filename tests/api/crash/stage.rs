//! What all clients share: where the server is, what they know, what came to the mail server, and what was counted.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::watch;

use super::ledger::Ledger;
use super::post::Post;

/// How operations of one kind ended.
#[derive(Debug, Clone, Copy, Default)]
pub struct Count {
    pub answered: usize,
    pub refused: usize,
    /// Without an answer: the server was killed meanwhile.
    pub unknown: usize,
}

/// All of it.
pub struct Stage {
    /// Where the server is, while there is one.
    pub door: watch::Sender<Option<String>>,
    pub post: Post,
    ledger: Mutex<Ledger>,
    counts: Mutex<BTreeMap<&'static str, Count>>,
    losses: Mutex<Vec<String>>,
    /// Requests under way.
    open: Mutex<BTreeMap<&'static str, usize>>,
    ends: AtomicBool,
    deletions: AtomicUsize,
}

impl Stage {
    pub fn new() -> Self {
        Self {
            door: watch::channel(None).0,
            post: Post::open(),
            ledger: Mutex::default(),
            counts: Mutex::default(),
            losses: Mutex::default(),
            open: Mutex::default(),
            ends: AtomicBool::new(false),
            deletions: AtomicUsize::new(0),
        }
    }

    /// Works on what is known.
    pub fn know<T>(&self, work: impl FnOnce(&mut Ledger) -> T) -> T {
        work(&mut self.ledger.lock().unwrap())
    }

    /// Something that was promised does not hold.
    pub fn loss(&self, what: impl Into<String>) {
        let what = what.into();
        eprintln!("LOSS: {what}");
        self.losses.lock().unwrap().push(what);
    }

    pub fn losses(&self) -> Vec<String> {
        self.losses.lock().unwrap().clone()
    }

    /// Says whether the clients shall go home.
    pub fn end(&self, ends: bool) {
        self.ends.store(ends, Ordering::SeqCst);
    }

    pub fn ends(&self) -> bool {
        self.ends.load(Ordering::SeqCst)
    }

    /// A request of this kind is under way until what comes back is dropped.
    pub fn under_way(&self, kind: &'static str) -> UnderWay<'_> {
        *self.open.lock().unwrap().entry(kind).or_default() += 1;
        UnderWay { stage: self, kind }
    }

    /// How many requests of this kind are under way.
    pub fn open(&self, kind: &str) -> usize {
        self.open.lock().unwrap().get(kind).copied().unwrap_or(0)
    }

    pub fn count(&self, kind: &'static str, one: impl FnOnce(&mut Count)) {
        let mut counts = self.counts.lock().unwrap();
        one(counts.entry(kind).or_default());
    }

    /// How many requests were answered.
    pub fn answers(&self) -> usize {
        let counts = self.counts.lock().unwrap();
        counts.values().map(|count| count.answered).sum()
    }

    pub fn counts(&self) -> BTreeMap<&'static str, Count> {
        self.counts.lock().unwrap().clone()
    }

    /// A deletion was answered: objects are about to go.
    pub fn deleted(&self) {
        self.deletions.fetch_add(1, Ordering::SeqCst);
    }

    /// How many deletions were answered.
    pub fn deletions(&self) -> usize {
        self.deletions.load(Ordering::SeqCst)
    }
}

/// See [`Stage::under_way`].
pub struct UnderWay<'a> {
    stage: &'a Stage,
    kind: &'static str,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut open = self.stage.open.lock().unwrap();
        *open.entry(self.kind).or_insert(1) -= 1;
    }
}
