//! What the tests of media share: a product in each state, keys whose signatures can be written down, a store.

use std::sync::Arc;

use super::{Media, MediaLinks};
use crate::domain::email::Email;
use crate::domain::id::{ProductId, UserId};
use crate::domain::money::{Cents, Currency, Percent};
use crate::domain::picture::{ImageFormat, PictureFacts};
use crate::domain::product::{Listing, ObjectKeys, Product};
use crate::domain::session::SessionId;
use crate::domain::text::{Bio, Description, Title};
use crate::domain::timestamp::Timestamp;
use crate::domain::user::{Role, User, Username};
use crate::domain::viewer::Viewer;
use crate::ports::keys::{LinkKeys, LinkTarget};
use crate::ports::objects::{MockObjectStore, ObjectError};
use crate::services::testing::{FakeClock, FakeStore};

pub const OWNER: UserId = UserId::new(1);
pub const BUYER: UserId = UserId::new(2);
pub const STRANGER: UserId = UserId::new(3);

pub fn viewer(user: UserId) -> Viewer {
    Viewer {
        user,
        role: Role::User,
        session: SessionId([1; 16]),
    }
}

pub fn product(private: bool, archived: bool, for_sale: bool) -> Product {
    let key = |name: &str| format!("7/{name}");
    Product {
        id: ProductId::new(7),
        owner: OWNER,
        listing: Listing {
            title: Title::parse("Dawn").unwrap(),
            description: Description::parse("").unwrap(),
            private,
            for_sale,
            archived,
            price: Cents::from_stored(1000),
            discount: Percent::from_stored(10),
        },
        currency: Currency::parse("USD").unwrap(),
        created: Timestamp::from_micros(0),
        updated: Timestamp::from_micros(0),
        facts: PictureFacts {
            width: 1,
            height: 1,
            format: ImageFormat::Png,
            size: 1,
            renditions: 0,
            placeholder: vec![],
            perceptual_hash: 0,
            sha256: [0; 32],
        },
        keys: ObjectKeys {
            original: key("o.png"),
            thumbnail: key("t.webp"),
            preview: key("p.jpg"),
            watermarked: key("w.jpg"),
        },
        duplicate_of: None,
        duplicate_told: false,
    }
}

pub fn user(confirmed: bool, avatar: Option<&str>) -> User {
    User {
        id: OWNER,
        username: Username::parse("ann").unwrap(),
        email: confirmed.then(|| Email::parse("a@example.com").unwrap()),
        pending_email: None,
        role: Role::User,
        bio: Bio::parse("").unwrap(),
        avatar: avatar.map(str::to_owned),
        joined: Timestamp::from_micros(0),
    }
}

/// The signature that [`TestKeys`] writes.
pub fn signature(target: LinkTarget, expires: i64) -> String {
    hex::encode(format!("{target:?} {expires}"))
}

struct TestKeys;

impl LinkKeys for TestKeys {
    fn sign_link(&self, target: LinkTarget, expires: Timestamp) -> String {
        signature(target, expires.seconds())
    }

    fn link_matches(&self, target: LinkTarget, expires: Timestamp, given: &str) -> bool {
        signature(target, expires.seconds()) == given
    }
}

pub fn links(clock: &Arc<FakeClock>) -> MediaLinks {
    let clock = Arc::clone(clock);
    MediaLinks::new("https://shop.example".to_owned(), Arc::new(TestKeys), clock)
}

/// Media over `store`, where each object has as many bytes as its key; those that begin with `lost` are gone. The store
/// gives links out.
pub fn media(store: FakeStore, clock: &Arc<FakeClock>) -> Media {
    let mut objects = MockObjectStore::new();
    objects.expect_size().returning(|key| {
        if key.starts_with("lost") {
            return Err(ObjectError::Missing);
        }
        Ok(key.len() as u64)
    });
    objects
        .expect_link()
        .returning(|key, media_type, valid_for| {
            let url = format!("https://bytes.example/{key}?{media_type}&{valid_for:?}");
            Ok(Some(url.parse().unwrap()))
        });
    Media::new(Arc::new(store), Arc::new(objects), links(clock))
}
