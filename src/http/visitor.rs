//! What a request's head says about its sender.

use axum::http::HeaderValue;
use axum::http::request::Parts;

use super::client_address::TrustedProxies;
use super::origin::{CSRF_HEADER, Sites};
use super::session::SessionCookies;
use crate::domain::viewer::Viewer;
use crate::graphql::context::{Caller, Cookie};
use crate::ports::store::StoreError;
use crate::services::auth::AuthService;

/// Reads heads.
pub struct Visitors {
    /// Seals and opens cookies.
    pub cookies: SessionCookies,
    /// Which sites may send what.
    pub sites: Sites,
    /// Whose word on addresses is taken.
    pub proxies: TrustedProxies,
}

impl Visitors {
    /// The caller, and the cookie sealed anew where it came under an old key.
    #[must_use]
    pub fn caller(&self, parts: &Parts) -> (Caller, Option<HeaderValue>) {
        let opened = self.cookies.open(&parts.headers);
        let csrf = parts.headers.get(CSRF_HEADER);
        let caller = Caller::new(
            self.proxies.client_of(parts),
            opened.cookie,
            csrf.and_then(|csrf| csrf.to_str().ok()).map(str::to_owned),
            self.sites.admits(&parts.headers),
        );
        (caller, opened.renewed)
    }

    /// Who asks, by the cookie alone.
    pub async fn viewer(
        &self,
        parts: &Parts,
        auth: &dyn AuthService,
    ) -> Result<Option<Viewer>, StoreError> {
        match self.cookies.open(&parts.headers).cookie {
            Cookie::Tokens { access, .. } => auth.authenticate(&access).await,
            Cookie::Absent | Cookie::Broken => Ok(None),
        }
    }
}
