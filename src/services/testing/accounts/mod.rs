//! Accounts, mailed tokens, the market, outbox and journal as plain rows, with real units of work: they see their
//! own writes, last by commit alone, and run one after another. Every statement is noted, any can be made to fail.

mod embeddings;
mod faults;
mod market;
mod market_unit;
mod reader;
mod rows;
mod unit;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

pub use faults::Fault;
use faults::Trace;
pub use market::{Market, listing};
pub use rows::{Account, Rows};
use unit::Unit;

use crate::domain::email::Email;
use crate::domain::id::UserId;
use crate::domain::mail::Mail;
use crate::domain::timestamp::Timestamp;
use crate::ports::embeddings::EmbeddingReader;
use crate::ports::outbox::Task;
use crate::ports::products::ProductReader;
use crate::ports::sales::SaleReader;
use crate::ports::store::{Store, StoreResult, UnitOfWork};
use crate::ports::users::UserReader;

/// A store of accounts and what they put up, in memory.
#[derive(Default)]
pub struct Accounts {
    rows: Arc<Mutex<Rows>>,
    trace: Arc<Mutex<Trace>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Accounts {
    /// The committed rows.
    pub fn rows(&self) -> MutexGuard<'_, Rows> {
        locked(&self.rows)
    }

    /// Adds a confirmed account with the password `PASSWORD` and answers with its id.
    pub fn member(&self, name: &str, address: &str) -> UserId {
        let mut account = Account::pending(name, address);
        account.user.email = account.user.pending_email.take();
        self.rows().insert(account)
    }

    /// Adds an unconfirmed account with the password `PASSWORD` and answers with its id.
    pub fn newcomer(&self, name: &str, address: &str) -> UserId {
        self.rows().insert(Account::pending(name, address))
    }

    /// Keeps a mailed token by its hash.
    pub fn token(&self, token: crate::domain::token::MailToken) {
        self.rows().tokens.push(token);
    }

    /// The mails that wait in the outbox.
    pub fn mails(&self) -> Vec<Mail> {
        let rows = self.rows();
        let mails = rows.outbox.iter().filter_map(|task| match task {
            Task::Mail(mail) => Some(mail.clone()),
            Task::DeleteObject(_) | Task::Label(_) | Task::Compare(_) => None,
        });
        mails.collect()
    }

    /// Notes a statement.
    pub fn note(&self, statement: &'static str) {
        locked(&self.trace).statements.push(statement);
    }

    /// Notes a statement outside units, which may fail.
    fn step(&self, statement: &'static str) -> StoreResult<()> {
        let fault = locked(&self.trace).note(statement);
        fault.map_or(Ok(()), |fault| {
            let own = self.rows().clone();
            fault.strike(&mut self.rows(), &own)
        })
    }

    /// Lets the `nth` statement of this name from now on fail.
    pub fn fault(&self, statement: &'static str, nth: u32, fault: Fault) {
        locked(&self.trace).order(statement, nth, fault);
    }

    /// The statements since the last call.
    pub fn take_statements(&self) -> Vec<&'static str> {
        std::mem::take(&mut locked(&self.trace).statements)
    }

    /// The account of an address, confirmed or not.
    pub fn with(&self, address: &str) -> Option<Account> {
        let key = Email::parse(address).unwrap().key();
        let rows = self.rows();
        let found = rows.users.iter().find(|account| {
            let user = &account.user;
            let mut addresses = user.email.iter().chain(&user.pending_email);
            addresses.any(|email| email.key() == key)
        });
        found.cloned()
    }

    /// The notes in the journal.
    pub fn journal(&self) -> Vec<(String, Timestamp)> {
        self.rows().journal.clone()
    }
}

#[async_trait]
impl Store for Accounts {
    async fn begin(&self) -> StoreResult<Box<dyn UnitOfWork>> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        self.step("begin")?;
        Ok(Box::new(Unit::new(
            Arc::clone(&self.rows),
            Arc::clone(&self.trace),
            turn,
        )))
    }
    fn users(&self) -> &dyn UserReader {
        self
    }
    fn products(&self) -> &dyn ProductReader {
        self
    }
    fn sales(&self) -> &dyn SaleReader {
        self
    }
    fn embeddings(&self) -> &dyn EmbeddingReader {
        self
    }
    async fn ping(&self) -> StoreResult<()> {
        Ok(())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
