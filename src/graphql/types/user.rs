//! A member.

use async_graphql::{Context, ID, Object};

use super::{Image, Role, Time};
use crate::domain::email::Email;
use crate::domain::id::UserId;
use crate::domain::page;
use crate::domain::user;
use crate::domain::viewer::Viewer;
use crate::graphql::batches::Batches;
use crate::graphql::context::Resolver;
use crate::graphql::error::ApiError;
use crate::graphql::loaders::{Gallery, Seeing};
use crate::graphql::schema::Services;

/// A member as one viewer sees them.
pub struct User {
    user: user::User,
    viewer: Option<Viewer>,
}

impl User {
    /// As `viewer` sees them.
    pub fn new(user: user::User, viewer: Viewer) -> Self {
        Self {
            user,
            viewer: Some(viewer),
        }
    }

    /// As the guest sees them who has just registered them.
    pub fn registered(user: user::User) -> Self {
        Self { user, viewer: None }
    }

    /// The member with an id, in a batch with others.
    pub async fn load(
        ctx: &Context<'_>,
        id: UserId,
        viewer: Viewer,
    ) -> async_graphql::Result<Self> {
        let user = ctx.get::<Batches>()?.users.load_one(id).await?;
        let user = user.ok_or_else(|| {
            crate::ports::store::StoreError::Failed(format!("member {id} is gone")).api()
        })?;
        Ok(Self::new(user, viewer))
    }

    /// Whether the addresses are the viewer's own.
    fn is_self(&self) -> bool {
        self.viewer.is_none_or(|viewer| viewer.user == self.user.id)
    }
}

/// A member.
#[Object]
impl User {
    /// Identity.
    async fn id(&self) -> ID {
        ID(self.user.id.to_string())
    }

    /// Public name: 3 to 30 ASCII letters, digits, `_`, `.`, `-`.
    async fn username(&self) -> &str {
        self.user.username.as_str()
    }

    /// Null for everyone but the user themself and administrators.
    async fn email(&self) -> Option<&str> {
        let (viewer, role) = self
            .viewer
            .map_or((self.user.id, self.user.role), |viewer| {
                (viewer.user, viewer.role)
            });
        self.user.email_for(viewer, role).map(Email::as_str)
    }

    /// Of the user themself: an address that waits for its confirmation.
    async fn pending_email(&self) -> Option<&str> {
        self.user
            .pending_email
            .as_ref()
            .filter(|_| self.is_self())
            .map(Email::as_str)
    }

    /// What they may do beyond others.
    async fn role(&self) -> Role {
        self.user.role.into()
    }

    /// What they say of themselves.
    async fn bio(&self) -> &str {
        self.user.bio.as_str()
    }

    /// An absolute URL, or the empty string.
    async fn avatar(&self, ctx: &Context<'_>) -> async_graphql::Result<String> {
        let media = &ctx.get::<Services>()?.media;
        Ok(self
            .user
            .avatar
            .as_ref()
            .map(|key| media.avatar_link(self.user.id, key))
            .unwrap_or_default())
    }

    /// When the account was made.
    async fn joined(&self) -> Time {
        Time(self.user.joined)
    }

    /// Of this user's images, those that the viewer may see, newest first.
    async fn images(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100.", default_with = "Some(50)")] first: Option<
            i32,
        >,
    ) -> async_graphql::Result<Vec<Image>> {
        // Nobody has put anything up before their address is confirmed.
        let Some(viewer) = self.viewer else {
            return Ok(Vec::new());
        };
        let first = page::size("first", first.map_or(page::DEFAULT_SIZE, i64::from))
            .map_err(ApiError::api)?;
        let key = Seeing {
            viewer,
            at: Gallery {
                owner: self.user.id,
                first,
            },
        };
        let loaded = ctx.get::<Batches>()?.galleries.load_one(key).await?;
        Ok(loaded
            .unwrap_or_default()
            .into_iter()
            .map(|seen| Image::new(seen, viewer))
            .collect())
    }
}
