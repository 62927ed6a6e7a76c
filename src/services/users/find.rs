//! Listing members (rules, Accounts, "users"; Z4).

use super::{Members, UserSearch};
use crate::domain::email::Email;
use crate::domain::id::UserId;
use crate::domain::user::{Role, User};
use crate::domain::viewer::Viewer;
use crate::ports::store::StoreResult;
use crate::ports::users::UserQuery;

impl Members {
    pub(super) async fn find(
        &self,
        viewer: &Viewer,
        search: &UserSearch,
        limit: u32,
    ) -> StoreResult<Vec<User>> {
        match query(viewer, search) {
            Some(query) => self.store.users().list(&query, limit).await,
            None => Ok(Vec::new()),
        }
    }
}

/// The query that a search is for this viewer; none where it can find nobody.
fn query(viewer: &Viewer, search: &UserSearch) -> Option<UserQuery> {
    let admin = viewer.role == Role::Admin;
    let mut query = UserQuery {
        id: search.id.as_deref().map(UserId::parse),
        username_prefix: search.username.as_deref().map(prefix),
        email_key: None,
        unconfirmed: admin,
    };
    if let Some(email) = &search.email {
        query.email_key = Some(Email::parse(email).ok()?.key());
        if !admin {
            // Whoever asks for another's address must not even learn that it is in use.
            if query.id.is_some_and(|id| id != Some(viewer.user)) {
                return None;
            }
            query.id = Some(Some(viewer.user));
        }
    }
    Some(query)
}

fn prefix(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}
