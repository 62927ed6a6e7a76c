//! The decision, over store and object store.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use url::Url;

use super::{LinkProof, MediaError, MediaLinks, MediaObject, MediaRequest, MediaService};
use crate::domain::id::{ProductId, UserId};
use crate::domain::picture::{ImageFormat, Rendition};
use crate::domain::product::Product;
use crate::domain::user::Role;
use crate::domain::viewer::Viewer;
use crate::ports::keys::LinkTarget;
use crate::ports::objects::{Object, ObjectError, ObjectStore};
use crate::ports::store::{Store, StoreResult};

/// How long the object store's own link to a public rendition works. An image that is hidden meanwhile stays readable
/// for whoever was given one until then.
const ELSEWHERE_FOR: Duration = Duration::from_mins(1);

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
    async fn found_by_link(
        &self,
        target: LinkTarget,
        proof: &LinkProof,
    ) -> StoreResult<Option<Found>> {
        if !self.links.accepts(target, proof.expires, &proof.signature) {
            return Ok(None);
        }
        match target {
            LinkTarget::Product(_, Rendition::Original) => Ok(None),
            LinkTarget::Product(id, rendition) => {
                let product = self.store.products().find_for_link(id).await?;
                let public = product.filter(Product::is_public);
                Ok(public.map(|product| Found::of(&product, rendition)))
            }
            LinkTarget::Avatar(user) => self.avatar(user, |_| true).await,
        }
    }

    /// The object that a member is entitled to.
    async fn found_by_viewer(
        &self,
        target: LinkTarget,
        viewer: &Viewer,
    ) -> StoreResult<Option<Found>> {
        match target {
            LinkTarget::Product(id, rendition) => self.rendition(id, rendition, viewer).await,
            LinkTarget::Avatar(user) => {
                let all = user == viewer.user || viewer.role == Role::Admin;
                self.avatar(user, |confirmed| confirmed || all).await
            }
        }
    }

    async fn rendition(
        &self,
        id: ProductId,
        rendition: Rendition,
        viewer: &Viewer,
    ) -> StoreResult<Option<Found>> {
        let Some(seen) = self.store.products().find(viewer.user, id).await? else {
            return Ok(None);
        };
        let access = seen.access(viewer.user);
        let entitled = match rendition {
            Rendition::Original => access.original,
            Rendition::Thumbnail | Rendition::Preview => access.see,
        };
        Ok(entitled.then(|| Found::of(&seen.product, rendition)))
    }

    async fn avatar(
        &self,
        user: UserId,
        shown: impl Fn(bool) -> bool + Send,
    ) -> StoreResult<Option<Found>> {
        let found = self.store.users().by_ids(&[user]).await?;
        let user = found.into_iter().find(|found| found.id == user);
        let user = user.filter(|user| shown(user.is_confirmed()));
        let key = user.and_then(|user| user.avatar);
        Ok(key.map(|key| Found { key, public: false }))
    }
}

/// What the database names.
struct Found {
    key: String,
    /// Whether it is a rendition that everybody may see.
    public: bool,
}

impl Found {
    fn of(product: &Product, rendition: Rendition) -> Self {
        Self {
            key: product.object_key(rendition).to_owned(),
            public: product.is_public() && rendition != Rendition::Original,
        }
    }

    fn object(self, by_link: bool) -> Result<MediaObject, MediaError> {
        let format = ImageFormat::of_key(&self.key).ok_or_else(|| {
            ObjectError::Failed("an object's key does not end in a known extension".into())
        })?;
        let Self { key, public } = self;
        Ok(MediaObject::new(key, format, by_link, public))
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

#[async_trait]
impl MediaService for Media {
    async fn open(&self, request: MediaRequest) -> Result<MediaObject, MediaError> {
        if let (Some(target), Some(proof)) = (request.target, &request.proof)
            && let Some(found) = self.found_by_link(target, proof).await?
        {
            return found.object(true);
        }
        let viewer = request.viewer.ok_or(MediaError::Unauthenticated)?;
        let target = request.target.ok_or(MediaError::NotFound)?;
        let found = self.found_by_viewer(target, &viewer).await?;
        found.ok_or(MediaError::NotFound)?.object(false)
    }

    async fn size(&self, object: &MediaObject) -> Result<u64, MediaError> {
        self.objects.size(&object.key).await.map_err(lost)
    }

    async fn read(
        &self,
        object: &MediaObject,
        range: Option<Range<u64>>,
    ) -> Result<Object, MediaError> {
        self.objects.get(&object.key, range).await.map_err(lost)
    }

    async fn elsewhere(&self, object: &MediaObject) -> Result<Option<Url>, MediaError> {
        if !object.public {
            return Ok(None);
        }
        let media_type = object.format.media_type();
        let link = self.objects.link(&object.key, media_type, ELSEWHERE_FOR);
        Ok(link.await?)
    }

    fn product_link(&self, product: &Product, rendition: Rendition) -> String {
        self.links.product(product, rendition)
    }

    fn avatar_link(&self, user: UserId, key: &str) -> String {
        self.links.avatar(user, key)
    }
}
