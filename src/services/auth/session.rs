//! Using, rotating and ending sessions (S4–S9).

use tracing::{info, warn};

use super::{Auth, RefreshError, SignedIn};
use crate::domain::id::UserId;
use crate::domain::session::{LiveSession, Refresh, Session, TOUCH_EVERY};
use crate::domain::timestamp::Timestamp;
use crate::domain::viewer::Viewer;
use crate::ports::keys::{Claims, TokenUse};
use crate::ports::store::{StoreError, StoreResult};
use crate::services::retry::retrying;

/// How often a refresh reads again after it has lost a race. Losing once leads to `Repeat`, as a rule.
const ROUNDS: u32 = 8;

impl Auth {
    pub(super) async fn viewer_of(&self, access: &str) -> StoreResult<Option<Viewer>> {
        let now = self.clock.now();
        let Some(claims) = self.keys.read(TokenUse::Access, access, now) else {
            return Ok(None);
        };
        let Some(live) = self.live(&claims, now).await? else {
            return Ok(None);
        };
        let session = &live.session;
        if session.generation != claims.generation {
            return Ok(None);
        }
        // Where idle sessions end soon, use is recorded sooner: who is active must not look idle.
        let touch_every = TOUCH_EVERY.min(self.settings.idle / 4);
        if session.used.is_none() || now.since(session.last_used) >= touch_every {
            let (id, generation) = (session.id, session.generation);
            self.sessions.mark_used(id, generation, now).await?;
        }
        Ok(Some(Viewer {
            user: session.user,
            role: live.role,
            session: session.id,
        }))
    }

    pub(super) async fn successor(&self, refresh: &str) -> Result<SignedIn, RefreshError> {
        let now = self.clock.now();
        let claims = self.keys.read(TokenUse::Refresh, refresh, now);
        let claims = claims.ok_or(RefreshError::Ended)?;
        for _ in 0..ROUNDS {
            let live = self.live(&claims, now).await?;
            let session = live.ok_or(RefreshError::Ended)?.session;
            match session.judge(claims.generation, now) {
                Refresh::Rotate => {
                    if let Some(next) = self.rotate(session, now).await? {
                        return Ok(self.tokens(&next));
                    }
                }
                Refresh::Repeat => return Ok(self.tokens(&session)),
                Refresh::Refuse => return Err(RefreshError::Ended),
                Refresh::Revoke => {
                    self.sessions.revoke(session.id, now).await?;
                    warn!(target: "shotify::security", event = "refresh_token_reuse", user = session.user.get());
                    return Err(RefreshError::Ended);
                }
            }
        }
        Err(StoreError::Contention.into())
    }

    /// The next generation, unless another caller was faster.
    async fn rotate(&self, session: Session, now: Timestamp) -> StoreResult<Option<Session>> {
        let from = session.generation;
        let rotated = self.sessions.rotate(session.id, from, now).await?;
        Ok(rotated.then_some(Session {
            generation: from + 1,
            rotated: now,
            used: None,
            ..session
        }))
    }

    /// The session that a token speaks of, if it is alive.
    async fn live(&self, claims: &Claims, now: Timestamp) -> StoreResult<Option<LiveSession>> {
        let found = self.sessions.find(claims.session).await?;
        let idle = self.settings.idle;
        Ok(found.filter(|live| live.session.user == claims.user && live.is_live(now, idle)))
    }

    pub(super) async fn end(&self, viewer: &Viewer) -> StoreResult<()> {
        self.sessions
            .revoke(viewer.session, self.clock.now())
            .await?;
        info!(target: "shotify::security", event = "signed_out", user = viewer.user.get());
        Ok(())
    }

    pub(super) async fn end_all(&self, user: UserId) -> StoreResult<()> {
        let stamp = self.new_stamp();
        retrying(async || {
            let mut unit = self.store.begin().await?;
            unit.users().set_stamp(user, stamp).await?;
            unit.commit().await
        })
        .await?;
        self.forget_sessions(user).await;
        info!(target: "shotify::security", event = "signed_out_everywhere", user = user.get());
        Ok(())
    }

    /// Revokes the sessions that a new stamp has already ended: tidiness, whose failing hurts nobody.
    pub(super) async fn forget_sessions(&self, user: UserId) {
        if let Err(error) = self.sessions.revoke_all(user, self.clock.now()).await {
            warn!(%error, user = user.get(), "sessions under an old stamp could not be revoked");
        }
    }
}
