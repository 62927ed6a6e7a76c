//! What is done to accounts from the command line and by time.

use tracing::info;

use super::{AccountError, Members};
use crate::domain::email::Email;
use crate::domain::timestamp::Timestamp;
use crate::domain::user::Role;
use crate::ports::outbox::Task;
use crate::ports::store::StoreResult;
use crate::services::retry::retrying;

/// Rows of one unit, so that none is long.
const BATCH: u32 = 100;

impl Members {
    pub(super) async fn give_role(&self, email: &str, role: Role) -> Result<bool, AccountError> {
        let key = Email::parse(email)?.key();
        let given = retrying(async || {
            let mut unit = self.store.begin().await?;
            let given = unit.users().set_role(&key, role).await?;
            unit.commit().await?;
            Ok::<_, AccountError>(given)
        })
        .await?;
        info!(target: "shotify::security", event = "role_given", role = role.as_str(), given);
        Ok(given)
    }

    pub(super) async fn purge(&self, now: Timestamp) -> StoreResult<u64> {
        let mut accounts = 0;
        loop {
            let purged = retrying(async || self.purge_accounts(now).await).await?;
            accounts += purged;
            if purged < u64::from(BATCH) {
                break;
            }
        }
        while retrying(async || self.purge_tokens(now).await).await? == u64::from(BATCH) {}
        Ok(accounts)
    }

    async fn purge_accounts(&self, now: Timestamp) -> StoreResult<u64> {
        let before = now.minus(self.unconfirmed_for);
        let mut unit = self.store.begin().await?;
        let purged = unit.users().purge_unconfirmed(before, BATCH).await?;
        for avatar in purged.avatars {
            unit.outbox().add(&Task::DeleteObject(avatar), now).await?;
        }
        unit.commit().await?;
        Ok(purged.accounts)
    }

    async fn purge_tokens(&self, now: Timestamp) -> StoreResult<u64> {
        let mut unit = self.store.begin().await?;
        let purged = unit.tokens().purge(now, BATCH).await?;
        unit.commit().await?;
        Ok(purged)
    }
}
