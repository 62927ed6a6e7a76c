//! What only the holder of the session secrets can make: session tokens, CSRF tokens, links.

use crate::domain::id::{ProductId, UserId};
use crate::domain::picture::Rendition;
use crate::domain::session::SessionId;
use crate::domain::timestamp::Timestamp;

/// What a session token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenUse {
    /// Proves who asks.
    Access,
    /// Obtains the next pair.
    Refresh,
}

/// What a session token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    /// Whose.
    pub user: UserId,
    /// The family.
    pub session: SessionId,
    /// The pair's number in its family.
    pub generation: i64,
    /// Made at.
    pub issued: Timestamp,
    /// Dead from here on.
    pub expires: Timestamp,
}

/// Signs and checks session tokens (JWT) and CSRF tokens.
///
/// Signing the same claims MUST give a token of the same meaning; reading MUST refuse other algorithms,
/// other purposes, other environments, expired tokens and unknown keys (S2, S3), and MUST accept every
/// configured key while only the first signs.
#[cfg_attr(test, mockall::automock)]
pub trait SessionKeys: Send + Sync {
    /// A signed token.
    fn sign(&self, token_use: TokenUse, claims: &Claims) -> String;
    /// What a token says, if it is ours, for this use, and not expired at `now`.
    fn read(&self, token_use: TokenUse, token: &str, now: Timestamp) -> Option<Claims>;
    /// A CSRF token of the family: an HMAC over it, masked afresh each time.
    fn csrf(&self, session: SessionId) -> String;
    /// Whether a CSRF token is the family's, in constant time.
    fn csrf_matches(&self, session: SessionId, token: &str) -> bool;
}

/// What a link to media shows without a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkTarget {
    /// A rendition of a public product.
    Product(ProductId, Rendition),
    /// A member's avatar.
    Avatar(UserId),
}

/// Signs links that work without a cookie until they expire.
#[cfg_attr(test, mockall::automock)]
pub trait LinkKeys: Send + Sync {
    /// The signature of (target, expiry), URL-safe.
    fn sign_link(&self, target: LinkTarget, expires: Timestamp) -> String;
    /// Whether a signature is ours, in constant time; expiry is the caller's to judge.
    fn link_matches(&self, target: LinkTarget, expires: Timestamp, signature: &str) -> bool;
}
