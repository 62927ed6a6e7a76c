//! Keys derived from the session secrets, one a purpose: what is signed for one is worth nothing for another,
//! nor in another environment.

mod jwt;
mod macs;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use hkdf::Hkdf;
use jsonwebtoken::{DecodingKey, EncodingKey};
use sha2::Sha256;

use crate::domain::session::SessionId;
use crate::domain::timestamp::Timestamp;
use crate::ports::chance::Random;
use crate::ports::keys::{Claims, LinkKeys, LinkTarget, SessionKeys, TokenUse};

/// Signs by the first secret, accepts every one.
pub struct SecretKeys {
    random: Arc<dyn Random>,
    issuer: String,
    first: Ring,
    rest: Vec<Ring>,
}

/// What one secret derives.
struct Ring {
    access: Pair,
    refresh: Pair,
    csrf: [u8; 32],
    link: [u8; 32],
}

/// Both sides of an HS256 key.
struct Pair {
    signing: EncodingKey,
    checking: DecodingKey,
}

impl SecretKeys {
    /// Keys of `secrets`, of which there is at least the `first`, for one environment (`production`, …).
    #[must_use]
    pub fn new(
        first: &[u8],
        others: &[impl AsRef<[u8]>],
        environment: &str,
        random: Arc<dyn Random>,
    ) -> Self {
        let ring = |secret: &[u8]| Ring::derive(secret, environment);
        Self {
            random,
            issuer: format!("shotify/{environment}"),
            first: ring(first),
            rest: others.iter().map(|secret| ring(secret.as_ref())).collect(),
        }
    }

    fn rings(&self) -> impl Iterator<Item = &Ring> {
        std::iter::once(&self.first).chain(&self.rest)
    }
}

impl Ring {
    fn derive(secret: &[u8], environment: &str) -> Self {
        let source = Hkdf::<Sha256>::new(None, secret);
        let key = |purpose: &str| {
            let mut key = [0; 32];
            let info = format!("shotify/{environment}/{purpose}");
            source
                .expand(info.as_bytes(), &mut key)
                .expect("HKDF gives 32 bytes");
            key
        };
        Self {
            access: Pair::new(&key("access")),
            refresh: Pair::new(&key("refresh")),
            csrf: key("csrf"),
            link: key("link"),
        }
    }

    const fn pair(&self, token_use: TokenUse) -> &Pair {
        match token_use {
            TokenUse::Access => &self.access,
            TokenUse::Refresh => &self.refresh,
        }
    }
}

impl Pair {
    fn new(key: &[u8]) -> Self {
        Self {
            signing: EncodingKey::from_secret(key),
            checking: DecodingKey::from_secret(key),
        }
    }
}

impl SessionKeys for SecretKeys {
    fn sign(&self, token_use: TokenUse, claims: &Claims) -> String {
        let key = &self.first.pair(token_use).signing;
        jwt::sign(key, &self.issuer, token_use, claims)
    }

    fn read(&self, token_use: TokenUse, token: &str, now: Timestamp) -> Option<Claims> {
        let mut keys = self.rings().map(|ring| &ring.pair(token_use).checking);
        let claims = keys.find_map(|key| jwt::read(key, &self.issuer, token_use, token))?;
        (now < claims.expires).then_some(claims)
    }

    fn csrf(&self, session: SessionId) -> String {
        macs::csrf(&self.first.csrf, session, &*self.random)
    }

    fn csrf_matches(&self, session: SessionId, token: &str) -> bool {
        let mut keys = self.rings().map(|ring| &ring.csrf);
        keys.any(|key| macs::csrf_matches(key, session, token))
    }
}

impl LinkKeys for SecretKeys {
    fn sign_link(&self, target: LinkTarget, expires: Timestamp) -> String {
        macs::link(&self.first.link, target, expires)
    }

    fn link_matches(&self, target: LinkTarget, expires: Timestamp, signature: &str) -> bool {
        let mut keys = self.rings().map(|ring| &ring.link);
        keys.any(|key| macs::link_matches(key, target, expires, signature))
    }
}
