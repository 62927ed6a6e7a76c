//! Loaders: how a batch of one kind is fetched. [`super::batches`] says when.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::dataloader::Loader;

use super::error::ApiError;
use crate::domain::id::{ProductId, UserId};
use crate::domain::label::Label;
use crate::domain::product::Seen;
use crate::domain::user::User;
use crate::domain::viewer::Viewer;
use crate::services::products::ProductsService;
use crate::services::users::UsersService;

/// Members by id.
pub(super) struct UserLoader(pub Arc<dyn UsersService>);

impl Loader<UserId> for UserLoader {
    type Value = User;
    type Error = async_graphql::Error;

    async fn load(&self, ids: &[UserId]) -> Result<HashMap<UserId, User>, Self::Error> {
        let users = self.0.by_ids(ids).await.map_err(ApiError::api)?;
        Ok(users.into_iter().map(|user| (user.id, user)).collect())
    }
}

/// Labels by product.
pub(super) struct LabelLoader(pub Arc<dyn ProductsService>);

impl Loader<ProductId> for LabelLoader {
    type Value = Vec<Label>;
    type Error = async_graphql::Error;

    async fn load(&self, ids: &[ProductId]) -> Result<HashMap<ProductId, Vec<Label>>, Self::Error> {
        let mut all: HashMap<ProductId, Vec<Label>> = HashMap::new();
        for (id, label) in self.0.labels_of(ids).await.map_err(ApiError::api)? {
            all.entry(id).or_default().push(label);
        }
        Ok(all)
    }
}

/// Something as one viewer sees it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Seeing<K> {
    /// Who looks.
    pub viewer: Viewer,
    /// At what.
    pub at: K,
}

/// A member's newest images.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Gallery {
    /// Whose.
    pub owner: UserId,
    /// How many at most.
    pub first: u32,
}

/// Products by id and by owner, as their viewers see them.
pub(super) struct ProductLoader(pub Arc<dyn ProductsService>);

impl Loader<Seeing<ProductId>> for ProductLoader {
    type Value = Seen;
    type Error = async_graphql::Error;

    async fn load(
        &self,
        keys: &[Seeing<ProductId>],
    ) -> Result<HashMap<Seeing<ProductId>, Seen>, Self::Error> {
        let mut all = HashMap::new();
        for (viewer, ids) in grouped(keys.iter().map(|key| (key.viewer, key.at))) {
            let found = self.0.by_ids(&viewer, &ids).await.map_err(ApiError::api)?;
            all.extend(found.into_iter().map(|seen| {
                (
                    Seeing {
                        viewer,
                        at: seen.product.id,
                    },
                    seen,
                )
            }));
        }
        Ok(all)
    }
}

impl Loader<Seeing<Gallery>> for ProductLoader {
    type Value = Vec<Seen>;
    type Error = async_graphql::Error;

    async fn load(
        &self,
        keys: &[Seeing<Gallery>],
    ) -> Result<HashMap<Seeing<Gallery>, Vec<Seen>>, Self::Error> {
        let mut all: HashMap<Seeing<Gallery>, Vec<Seen>> = HashMap::new();
        let sized = keys
            .iter()
            .map(|key| ((key.viewer, key.at.first), key.at.owner));
        for ((viewer, first), owners) in grouped(sized) {
            for seen in self
                .0
                .newest_of(&viewer, &owners, first)
                .await
                .map_err(ApiError::api)?
            {
                let at = Gallery {
                    owner: seen.product.owner,
                    first,
                };
                all.entry(Seeing { viewer, at }).or_default().push(seen);
            }
        }
        Ok(all)
    }
}

/// Values by their group: requests of several viewers may share a batch, never a statement.
fn grouped<G: Eq + Hash, V>(pairs: impl Iterator<Item = (G, V)>) -> HashMap<G, Vec<V>> {
    let mut groups: HashMap<G, Vec<V>> = HashMap::new();
    for (group, value) in pairs {
        groups.entry(group).or_default().push(value);
    }
    groups
}
