//! Links to media.

use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::domain::id::UserId;
use crate::domain::picture::Rendition;
use crate::domain::product::Product;
use crate::domain::timestamp::Timestamp;
use crate::ports::clock::Clock;
use crate::ports::keys::{LinkKeys, LinkTarget};

const HOUR: i64 = 3600;

/// Writes links, and knows which of them are ours.
pub struct MediaLinks {
    public_url: String,
    keys: Arc<dyn LinkKeys>,
    clock: Arc<dyn Clock>,
}

impl MediaLinks {
    /// `public_url` is the base of every link, without a slash at its end.
    #[must_use]
    pub fn new(public_url: String, keys: Arc<dyn LinkKeys>, clock: Arc<dyn Clock>) -> Self {
        Self {
            public_url,
            keys,
            clock,
        }
    }

    /// Thumbnail and preview of a public product: signed, the same within the hour, good for one to two hours.
    /// Anything else: the bare path, which needs a session.
    #[must_use]
    pub fn product(&self, product: &Product, rendition: Rendition) -> String {
        let path = format!(
            "{}/media/{}/{}",
            self.public_url,
            product.id,
            rendition.as_str()
        );
        if rendition == Rendition::Original || !product.is_public() {
            return path;
        }
        format!(
            "{path}?{}",
            self.proof(LinkTarget::Product(product.id, rendition))
        )
    }

    /// Signed like a public thumbnail. `v` stands for the picture and proves nothing.
    #[must_use]
    pub fn avatar(&self, user: UserId, key: &str) -> String {
        let version = hex::encode(&Sha256::digest(key)[..4]);
        let proof = self.proof(LinkTarget::Avatar(user));
        format!(
            "{}/media/avatars/{user}?{proof}&v={version}",
            self.public_url
        )
    }

    /// Whether a signature is ours and its link is alive.
    #[must_use]
    pub fn accepts(&self, target: LinkTarget, expires: Timestamp, signature: &str) -> bool {
        self.keys.link_matches(target, expires, signature) && self.clock.now() < expires
    }

    fn proof(&self, target: LinkTarget) -> String {
        let expires = expiry(self.clock.now());
        let signature = self.keys.sign_link(target, expires);
        format!("expires={}&signature={signature}", expires.seconds())
    }
}

/// An hour after the end of the hour that runs.
fn expiry(now: Timestamp) -> Timestamp {
    let hour = Timestamp::from_seconds(now.seconds().div_euclid(HOUR) * HOUR);
    hour.plus(Duration::from_hours(2))
}
