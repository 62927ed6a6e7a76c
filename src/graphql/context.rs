//! Who sent a request, and what the answer must carry back besides its body.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::domain::viewer::Viewer;
use crate::ports::store::StoreError;
use crate::services::auth::{AuthService, SignedIn};

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

/// Everything about the sender that `http` knows and resolvers need. One a request, in its data.
pub struct Caller {
    /// The client's address, as far as proxies are trusted.
    pub address: IpAddr,
    /// The session cookie.
    pub cookie: Cookie,
    /// The header `X-CSRF-Token`.
    pub csrf: Option<String>,
    /// The Origin and Sec-Fetch-Site rule for operations without a session holds.
    pub same_site: bool,
    viewer: OnceCell<Option<Viewer>>,
    answer: Mutex<Answer>,
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
            viewer: OnceCell::new(),
            answer: Mutex::default(),
        }
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
