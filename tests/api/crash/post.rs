//! The mail server, which outlives every crash, and what has come to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use crate::mail::mime::Mime;
use crate::mail::smtp_fake::{Rules, Sink};

/// What a mail is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A link that confirms an address.
    Confirm,
    /// A link that sets a password.
    Reset,
    /// A password was set.
    PasswordChanged,
    /// To the buyer, about the sale of this number.
    Receipt(String),
    /// To the seller, likewise.
    Notice(String),
    /// Anything else.
    Other,
}

/// Mails by what they are about and to whom: their Message-IDs, with how often each has come.
pub type Sorted = BTreeMap<(About, String), BTreeMap<String, usize>>;

#[derive(Default)]
struct Read {
    mails: usize,
    sorted: Sorted,
    tokens: BTreeMap<(About, String), Vec<String>>,
}

/// The mail server.
pub struct Post {
    sink: Sink,
    read: Mutex<Read>,
}

impl Post {
    pub fn open() -> Self {
        Self {
            sink: Sink::start(Rules::default()),
            read: Mutex::default(),
        }
    }

    pub fn url(&self) -> String {
        self.sink.url()
    }

    /// How many mails have come.
    pub fn count(&self) -> usize {
        self.sink.mails()
    }

    /// All mails so far.
    pub fn sorted(&self) -> Sorted {
        self.read().sorted.clone()
    }

    /// All tokens in the links that were mailed to an address, in the order in which they came.
    pub fn tokens(&self, about: &About, to: &str) -> Vec<String> {
        let read = self.read();
        let found = read.tokens.get(&(about.clone(), to.to_owned()));
        found.cloned().unwrap_or_default()
    }

    fn read(&self) -> std::sync::MutexGuard<'_, Read> {
        let mut read = self.read.lock().unwrap();
        for mail in self.sink.after(read.mails) {
            read.mails += 1;
            let mime = Mime::parse(&mail.raw);
            let (about, token) = about(&mime);
            let key = (about, mail.recipients[0].clone());
            let id = mime.header("Message-ID").to_owned();
            if let Some(token) = token {
                read.tokens.entry(key.clone()).or_default().push(token);
            }
            *read.sorted.entry(key).or_default().entry(id).or_default() += 1;
        }
        read
    }
}

fn about(mime: &Mime) -> (About, Option<String>) {
    let behind = |before: &str| {
        let rest = mime.text.split(before).nth(1)?;
        rest.split_whitespace().next().map(str::to_owned)
    };
    if let Some(token) = behind("/validate?token=") {
        return (About::Confirm, Some(token));
    }
    if let Some(token) = behind("/reset?token=") {
        return (About::Reset, Some(token));
    }
    let line = mime.text.lines().find(|line| line.starts_with("Sale: "));
    let sale = line.and_then(|line| line.rsplit(' ').next());
    let about = match sale.map(str::to_owned) {
        Some(sale) if mime.text.contains("you have bought") => About::Receipt(sale),
        Some(sale) => About::Notice(sale),
        None if mime.subject().contains("password") => About::PasswordChanged,
        None => About::Other,
    };
    (about, None)
}

/// Message-IDs of the mails about something to someone.
pub fn ids(sorted: &Sorted, about: About, to: &str) -> BTreeSet<String> {
    let found = sorted.get(&(about, to.to_owned()));
    found
        .into_iter()
        .flat_map(|ids| ids.keys().cloned())
        .collect()
}
