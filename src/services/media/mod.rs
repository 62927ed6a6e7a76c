//! The bytes of pictures: who gets which object at this moment, and the links to them.
//!
//! The access table is the only judge (rules, "Who may do what with an image"; architecture, decisions 8 to 10):
//! a link names the rendition, which object stands behind it is decided at each use.

mod links;
mod service;

#[cfg(test)]
mod link_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::ops::Range;

use async_trait::async_trait;
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use url::Url;

use crate::domain::id::UserId;
use crate::domain::picture::{ImageFormat, Rendition};
use crate::domain::product::Product;
use crate::domain::timestamp::Timestamp;
use crate::domain::viewer::Viewer;
use crate::ports::keys::LinkTarget;
use crate::ports::objects::{Object, ObjectError};
use crate::ports::store::StoreError;

pub use links::MediaLinks;
pub use service::Media;

/// What a signed link carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkProof {
    /// Dead from here on.
    pub expires: Timestamp,
    /// Over target and expiry.
    pub signature: String,
}

/// Who asks for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaRequest {
    /// What is asked for; none when the path names nothing that could exist.
    pub target: Option<LinkTarget>,
    /// The link's signature; one that is forged or dead is as if there were none.
    pub proof: Option<LinkProof>,
    /// Who asks.
    pub viewer: Option<Viewer>,
}

/// An object that may be sent to whoever asked, at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaObject {
    /// What its bytes are.
    pub format: ImageFormat,
    /// The signed link alone was enough: other sites may embed it.
    pub by_link: bool,
    /// A rendition that everybody may see at this moment.
    pub public: bool,
    key: String,
}

impl MediaObject {
    /// An object found.
    #[must_use]
    pub const fn new(key: String, format: ImageFormat, by_link: bool, public: bool) -> Self {
        Self {
            format,
            by_link,
            public,
            key,
        }
    }

    /// Names the bytes and nothing else: objects never change, so another key means other bytes. It does not give the key away.
    #[must_use]
    pub fn tag(&self) -> String {
        let digest = Sha256::digest(format!("media tag {}", self.key));
        hex::encode(&digest[..16])
    }
}

/// Why there are no bytes.
#[derive(Debug, Error)]
pub enum MediaError {
    /// No session, and no link that suffices.
    #[error("sign in to see this")]
    Unauthenticated,
    /// It does not exist, as far as the viewer may know.
    #[error("there is nothing here")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The object store failed.
    #[error(transparent)]
    Object(#[from] ObjectError),
}

/// Media (rules, HTTP, "Media"; Z6, Z7, U11).
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait MediaService: Send + Sync {
    /// Decides, at each use, by the database alone. Hidden and missing answer alike.
    async fn open(&self, request: MediaRequest) -> Result<MediaObject, MediaError>;
    /// Size of an opened object in bytes.
    async fn size(&self, object: &MediaObject) -> Result<u64, MediaError>;
    /// The bytes of an opened object, all of them or a range.
    async fn read(
        &self,
        object: &MediaObject,
        range: Option<Range<u64>>,
    ) -> Result<Object, MediaError>;
    /// Where else the bytes may be fetched for a minute: only of public renditions, and only where the object store gives
    /// links out.
    async fn elsewhere(&self, object: &MediaObject) -> Result<Option<Url>, MediaError>;
    /// The link to a rendition as it is now: signed for what everybody may see, else for entitled sessions alone.
    fn product_link(&self, product: &Product, rendition: Rendition) -> String;
    /// The link to a member's avatar; `key` is its object's, so that the link changes with the picture.
    fn avatar_link(&self, user: UserId, key: &str) -> String;
}
