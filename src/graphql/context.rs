//! Who sent a request, and what the answer must carry back besides its body.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Context;
use tokio::sync::OnceCell;

use super::codes::{self, Code};
use super::error::{ApiResult, unauthenticated};
use super::schema::Services;

use crate::domain::viewer::Viewer;
use crate::ports::store::StoreError;
use crate::services::auth::{AuthService, SignedIn};

/// Pictures that one request may search by: looking at one costs as much as an upload, and a document can name the same
/// file again and again.
const MOST_PICTURES: usize = 2;

/// The session cookie of a request.
#[derive(Clone)]
pub enum Cookie {
    /// None was sent.
    Absent,
    /// One that cannot be opened: altered, cut, under an unknown key, of another environment.
    Broken,
    /// The tokens in it.
    Tokens {
        /// Proves who asks.
        access: String,
        /// Obtains the next pair.
        refresh: String,
    },
}

/// Everything about the sender that `http` knows and resolvers need. One a request, in its data;
/// clones share what is found out and what is answered.
#[derive(Clone)]
pub struct Caller {
    /// The client's address, as far as proxies are trusted.
    pub address: IpAddr,
    /// The session cookie.
    pub cookie: Cookie,
    /// The header `X-CSRF-Token`.
    pub csrf: Option<String>,
    /// The Origin and Sec-Fetch-Site rule for operations without a session holds.
    pub same_site: bool,
    viewer: Arc<OnceCell<Option<Viewer>>>,
    answer: Arc<Mutex<Answer>>,
    pictures: Arc<AtomicUsize>,
    kept: Arc<Mutex<HashSet<usize>>>,
}

/// What the answer carries back.
#[derive(Default)]
pub struct Answer {
    /// The new session to be put into the cookie and the header.
    pub session: Option<SignedIn>,
    /// The session was ended: the cookie is cleared.
    pub signed_out: bool,
}

impl Caller {
    /// A caller whose session has not been looked up yet.
    #[must_use]
    pub fn new(address: IpAddr, cookie: Cookie, csrf: Option<String>, same_site: bool) -> Self {
        Self {
            address,
            cookie,
            csrf,
            same_site,
            viewer: Arc::default(),
            answer: Arc::default(),
            pictures: Arc::default(),
            kept: Arc::default(),
        }
    }

    /// Counts a picture that the request searches by; an error when that is one too many.
    pub fn count_picture(&self) -> async_graphql::Result<()> {
        if self.pictures.fetch_add(1, Ordering::Relaxed) < MOST_PICTURES {
            return Ok(());
        }
        let message = format!("A request may search by {MOST_PICTURES} pictures.");
        Err(codes::error(Code::QueryTooComplex, message))
    }

    /// Who asks, looked up once a request; none for guests and dead sessions, and after signing out.
    pub async fn viewer(&self, auth: &dyn AuthService) -> Result<Option<Viewer>, StoreError> {
        if self.locked(|answer| answer.signed_out) {
            return Ok(None);
        }
        let Cookie::Tokens { access, .. } = &self.cookie else {
            return Ok(None);
        };
        self.viewer
            .get_or_try_init(|| auth.authenticate(access))
            .await
            .copied()
    }

    /// Notes that an upload is kept, by its number; false when this request keeps it already.
    #[must_use]
    pub fn keeps(&self, upload: usize) -> bool {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(upload)
    }

    /// Notes a new session for the answer.
    pub fn sign_in(&self, session: SignedIn) {
        self.locked(|answer| answer.session = Some(session));
    }

    /// Notes that the session was ended.
    pub fn sign_out(&self) {
        self.locked(|answer| {
            *answer = Answer {
                session: None,
                signed_out: true,
            }
        });
    }

    /// What the answer must carry back.
    #[must_use]
    pub fn take_answer(&self) -> Answer {
        self.locked(std::mem::take)
    }

    fn locked<T>(&self, f: impl FnOnce(&mut Answer) -> T) -> T {
        f(&mut self.answer.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The services and the caller, out of the context of a resolver.
pub(super) trait Resolver {
    /// A service or the caller. Everything is put there by [`super::build`] and the executor.
    fn get<T: Send + Sync + 'static>(&self) -> async_graphql::Result<&T>;

    /// The signed-in member behind the request, in the order of the rules: session, then CSRF token.
    fn member(&self) -> impl Future<Output = async_graphql::Result<Viewer>> + Send;

    /// The sender of an operation that needs no session: refused when another site sent it.
    fn guest(&self) -> async_graphql::Result<&Caller>;
}

impl Resolver for Context<'_> {
    fn get<T: Send + Sync + 'static>(&self) -> async_graphql::Result<&T> {
        self.data::<T>().map_err(|_| {
            tracing::error!(
                missing = std::any::type_name::<T>(),
                "not in the request's data"
            );
            codes::error(Code::Internal, "Something went wrong on the server.")
        })
    }

    async fn member(&self) -> async_graphql::Result<Viewer> {
        let caller = self.get::<Caller>()?;
        let auth = self.get::<Services>()?.auth.as_ref();
        let viewer = caller
            .viewer(auth)
            .await
            .api()?
            .ok_or_else(unauthenticated)?;
        let token = caller.csrf.as_deref().unwrap_or_default();
        if !auth.csrf_matches(&viewer, token) {
            tracing::info!(target: "shotify::security", event = "csrf_failed", reason = "token", user = viewer.user.get());
            return Err(csrf_failed(
                "Send the token of your sign-in in the header X-CSRF-Token.",
            ));
        }
        Ok(viewer)
    }

    fn guest(&self) -> async_graphql::Result<&Caller> {
        let caller = self.get::<Caller>()?;
        if caller.same_site {
            Ok(caller)
        } else {
            tracing::info!(target: "shotify::security", event = "csrf_failed", reason = "site");
            Err(csrf_failed("This cannot be asked for from another site."))
        }
    }
}

fn csrf_failed(message: &str) -> async_graphql::Error {
    codes::error(Code::CsrfFailed, message)
}

#[cfg(test)]
#[path = "context_tests.rs"]
mod tests;
