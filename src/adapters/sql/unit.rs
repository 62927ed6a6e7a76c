//! The unit of work: one transaction that is every repository at once.

use async_trait::async_trait;

use super::database::Unit;
use super::marks::Marks;
use crate::ports::embeddings::Embeddings;
use crate::ports::journal::Journal;
use crate::ports::outbox::Outbox;
use crate::ports::products::Products;
use crate::ports::sales::Sales;
use crate::ports::store::{StoreResult, UnitOfWork};
use crate::ports::tokens::MailTokens;
use crate::ports::users::Users;

/// Dropping it without a commit rolls everything back.
pub(super) struct SqlUnit {
    pub(super) unit: Unit,
    pub(super) marks: Marks,
}

impl SqlUnit {
    pub(super) fn new(unit: Unit) -> Self {
        Self {
            unit,
            marks: Marks::default(),
        }
    }
}

#[async_trait]
impl UnitOfWork for SqlUnit {
    fn users(&mut self) -> &mut dyn Users {
        self
    }

    fn tokens(&mut self) -> &mut dyn MailTokens {
        self
    }

    fn products(&mut self) -> &mut dyn Products {
        self
    }

    fn sales(&mut self) -> &mut dyn Sales {
        self
    }

    fn outbox(&mut self) -> &mut dyn Outbox {
        self
    }

    fn journal(&mut self) -> &mut dyn Journal {
        self
    }

    fn embeddings(&mut self) -> &mut dyn Embeddings {
        self
    }

    async fn commit(self: Box<Self>) -> StoreResult<()> {
        let Self { mut unit, marks } = *self;
        marks.leave(&mut unit).await?;
        unit.end().await
    }
}
