//! Avatars: journal, object, row, in this order (K1, K2).

use tracing::warn;

use super::{AccountError, Members};
use crate::ports::chance;
use crate::ports::outbox::Task;
use crate::ports::pictures::SpooledFile;
use crate::ports::store::StoreResult;
use crate::services::retry::retrying;

/// An avatar whose object is stored, but which no row names yet.
pub(super) struct StoredAvatar {
    pub key: String,
}

impl Members {
    /// Makes and stores an avatar under a fresh key that the journal knows; its extension says later what it is.
    pub(super) async fn store_avatar(
        &self,
        upload: Option<SpooledFile>,
    ) -> Result<Option<StoredAvatar>, AccountError> {
        let Some(upload) = upload else {
            return Ok(None);
        };
        let made = self.studio.avatar(upload).await?;
        let random = chance::bytes::<16>(&*self.random);
        let avatar = StoredAvatar {
            key: format!(
                "avatars/{}.{}",
                hex::encode(random),
                made.format.extension()
            ),
        };
        let keys = [avatar.key.clone()];
        retrying(async || {
            let mut unit = self.store.begin().await?;
            unit.journal().open(&keys, self.clock.now()).await?;
            unit.commit().await
        })
        .await?;
        let media_type = made.format.media_type();
        // A put that failed may still be under way at the store: its note stays for the sweeper, which comes
        // when nothing can be written any more.
        self.objects
            .put(&avatar.key, made.bytes, media_type)
            .await?;
        Ok(Some(avatar))
    }

    /// Orders the deletion of an avatar that no row will name. Where this fails, the sweeper does it.
    pub(super) async fn abandon(&self, avatar: Option<StoredAvatar>) {
        let Some(StoredAvatar { key }) = avatar else {
            return;
        };
        if let Err(error) = self.order_deletion(&key).await {
            warn!(%error, "an avatar is left to the sweeper");
        }
    }

    async fn order_deletion(&self, key: &str) -> StoreResult<()> {
        let (keys, task) = ([key.to_owned()], Task::DeleteObject(key.to_owned()));
        retrying(async || {
            let mut unit = self.store.begin().await?;
            if unit.journal().close(&keys).await? {
                unit.outbox().add(&task, self.clock.now()).await?;
            }
            unit.commit().await
        })
        .await
    }
}
