//! The decision, over store and object store.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;

use super::{LinkProof, MediaError, MediaLinks, MediaObject, MediaRequest, MediaService};
use crate::domain::id::{ProductId, UserId};
use crate::domain::picture::{ImageFormat, Rendition};
use crate::domain::product::Product;
use crate::domain::user::Role;
use crate::domain::viewer::Viewer;
use crate::ports::keys::LinkTarget;
use crate::ports::objects::{ObjectError, ObjectStore, ObjectStream};
use crate::ports::store::{Store, StoreResult};

/// Media over the ports.
pub struct Media {
    store: Arc<dyn Store>,
    objects: Arc<dyn ObjectStore>,
    links: MediaLinks,
}

impl Media {
    /// Over these.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, objects: Arc<dyn ObjectStore>, links: MediaLinks) -> Self {
        Self {
            store,
            objects,
            links,
        }
    }

    /// The object that a signed link is enough for.
    async fn key_for_link(
        &self,
        target: LinkTarget,
        proof: &LinkProof,
    ) -> StoreResult<Option<String>> {
        if !self.links.accepts(target, proof.expires, &proof.signature) {
            return Ok(None);
        }
        match target {
            LinkTarget::Product(_, Rendition::Original) => Ok(None),
            LinkTarget::Product(id, rendition) => {
                let product = self.store.products().find_for_link(id).await?;
                let public = product.filter(Product::is_public);
                Ok(public.map(|product| product.object_key(rendition).to_owned()))
            }
            LinkTarget::Avatar(user) => self.avatar_key(user, |_| true).await,
        }
    }

    /// The object that a member is entitled to.
    async fn key_for_viewer(
        &self,
        target: LinkTarget,
        viewer: &Viewer,
    ) -> StoreResult<Option<String>> {
        match target {
            LinkTarget::Product(id, rendition) => self.rendition_key(id, rendition, viewer).await,
            LinkTarget::Avatar(user) => {
                let all = user == viewer.user || viewer.role == Role::Admin;
                self.avatar_key(user, |confirmed| confirmed || all).await
            }
        }
    }

    async fn rendition_key(
        &self,
        id: ProductId,
        rendition: Rendition,
        viewer: &Viewer,
    ) -> StoreResult<Option<String>> {
        let Some(seen) = self.store.products().find(viewer.user, id).await? else {
            return Ok(None);
        };
        let access = seen.access(viewer.user);
        let entitled = match rendition {
            Rendition::Original => access.original,
            Rendition::Thumbnail | Rendition::Preview => access.see,
        };
        Ok(entitled.then(|| seen.product.object_key(rendition).to_owned()))
    }

    async fn avatar_key(
        &self,
        user: UserId,
        shown: impl Fn(bool) -> bool + Send,
    ) -> StoreResult<Option<String>> {
        let found = self.store.users().by_ids(&[user]).await?;
        let user = found.into_iter().find(|found| found.id == user);
        let user = user.filter(|user| shown(user.is_confirmed()));
        Ok(user.and_then(|user| user.avatar))
    }

    async fn object(&self, key: String, by_link: bool) -> Result<MediaObject, MediaError> {
        let size = self.objects.size(&key).await.map_err(lost)?;
        let format = format_of(&key).ok_or_else(|| {
            ObjectError::Failed("an object's key does not end in a known extension".into())
        })?;
        Ok(MediaObject::new(key, format, size, by_link))
    }
}

/// A row that names an object which is gone: it is being deleted, or it was lost.
fn lost(error: ObjectError) -> MediaError {
    if matches!(error, ObjectError::Missing) {
        tracing::warn!("a row names an object that is not there");
        return MediaError::NotFound;
    }
    error.into()
}

/// Keys end in the extension of their format.
fn format_of(key: &str) -> Option<ImageFormat> {
    let extension = Path::new(key).extension()?.to_str()?;
    let mut formats = ImageFormat::ALL.into_iter();
    formats.find(|format| format.extension() == extension)
}

#[async_trait]
impl MediaService for Media {
    async fn open(&self, request: MediaRequest) -> Result<MediaObject, MediaError> {
        if let (Some(target), Some(proof)) = (request.target, &request.proof)
            && let Some(key) = self.key_for_link(target, proof).await?
        {
            return self.object(key, true).await;
        }
        let viewer = request.viewer.ok_or(MediaError::Unauthenticated)?;
        let target = request.target.ok_or(MediaError::NotFound)?;
        let key = self.key_for_viewer(target, &viewer).await?;
        self.object(key.ok_or(MediaError::NotFound)?, false).await
    }

    async fn read(
        &self,
        object: &MediaObject,
        range: Option<Range<u64>>,
    ) -> Result<ObjectStream, MediaError> {
        let found = self.objects.get(&object.key, range).await.map_err(lost)?;
        Ok(found.bytes)
    }

    fn product_link(&self, product: &Product, rendition: Rendition) -> String {
        self.links.product(product, rendition)
    }

    fn avatar_link(&self, user: UserId, key: &str) -> String {
        self.links.avatar(user, key)
    }
}
