//! A store made of mocks: the readers are mocks, and so are the repositories of each unit of work.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use crate::ports::embeddings::{EmbeddingReader, Embeddings, MockEmbeddingReader, MockEmbeddings};
use crate::ports::journal::{Journal, MockJournal};
use crate::ports::outbox::{MockOutbox, Outbox};
use crate::ports::products::{MockProductReader, MockProducts, ProductReader, Products};
use crate::ports::sales::{MockSaleReader, MockSales, SaleReader, Sales};
use crate::ports::store::{Store, StoreError, StoreResult, UnitOfWork};
use crate::ports::tokens::{MailTokens, MockMailTokens};
use crate::ports::users::{MockUserReader, MockUsers, UserReader, Users};

/// A unit of work whose repositories are mocks.
#[derive(Default)]
pub struct FakeUnit {
    pub users: MockUsers,
    pub tokens: MockMailTokens,
    pub products: MockProducts,
    pub sales: MockSales,
    pub outbox: MockOutbox,
    pub journal: MockJournal,
    pub embeddings: MockEmbeddings,
    committed: Arc<AtomicBool>,
}

#[async_trait]
impl UnitOfWork for FakeUnit {
    fn users(&mut self) -> &mut dyn Users {
        &mut self.users
    }
    fn tokens(&mut self) -> &mut dyn MailTokens {
        &mut self.tokens
    }
    fn products(&mut self) -> &mut dyn Products {
        &mut self.products
    }
    fn sales(&mut self) -> &mut dyn Sales {
        &mut self.sales
    }
    fn outbox(&mut self) -> &mut dyn Outbox {
        &mut self.outbox
    }
    fn journal(&mut self) -> &mut dyn Journal {
        &mut self.journal
    }
    fn embeddings(&mut self) -> &mut dyn Embeddings {
        &mut self.embeddings
    }
    async fn commit(self: Box<Self>) -> StoreResult<()> {
        self.committed.store(true, Ordering::SeqCst);
        Ok(())
    }
}

/// A store whose readers are mocks. Set expectations on the fields, then order the units that the service
/// will begin, in their order; one that was not ordered cannot be begun.
#[derive(Default)]
pub struct FakeStore {
    pub users: MockUserReader,
    pub products: MockProductReader,
    pub sales: MockSaleReader,
    pub embeddings: MockEmbeddingReader,
    units: Mutex<VecDeque<FakeUnit>>,
}

impl FakeStore {
    /// Orders one more unit of work; `expect` sets its expectations. The answer tells whether it was committed.
    pub fn unit(&self, expect: impl FnOnce(&mut FakeUnit)) -> Arc<AtomicBool> {
        let mut unit = FakeUnit::default();
        expect(&mut unit);
        let committed = Arc::clone(&unit.committed);
        let mut units = self.units.lock().unwrap_or_else(PoisonError::into_inner);
        units.push_back(unit);
        committed
    }
}

#[async_trait]
impl Store for FakeStore {
    async fn begin(&self) -> StoreResult<Box<dyn UnitOfWork>> {
        let mut units = self.units.lock().unwrap_or_else(PoisonError::into_inner);
        match units.pop_front() {
            Some(unit) => Ok(Box::new(unit)),
            None => Err(StoreError::Failed("no unit was ordered".into())),
        }
    }
    fn users(&self) -> &dyn UserReader {
        &self.users
    }
    fn products(&self) -> &dyn ProductReader {
        &self.products
    }
    fn sales(&self) -> &dyn SaleReader {
        &self.sales
    }
    fn embeddings(&self) -> &dyn EmbeddingReader {
        &self.embeddings
    }
    async fn ping(&self) -> StoreResult<()> {
        Ok(())
    }
}
