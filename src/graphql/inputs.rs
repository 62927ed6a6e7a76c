//! Inputs of the schema, and their way into what services take.

use async_graphql::{Context, ID, InputObject, Upload};

use super::codes::{Code, ErrorDetails, error};
use super::context::{Caller, Resolver};
use super::error::picture;
use super::schema::Services;
use crate::domain::viewer::Viewer;
use crate::ports::pictures::SpooledFile;
use crate::services::products::{ImageChange, ImageSearch, NewImage};
use crate::services::users::{ProfileChange, Registration, UserSearch};

/// The file behind an upload.
pub(super) fn file(ctx: &Context<'_>, upload: Upload) -> async_graphql::Result<SpooledFile> {
    let broken = |_| error(Code::Internal, "The file could not be read.");
    let file = upload.value(ctx).map_err(broken)?.content;
    let size = file.metadata().map_err(broken)?.len();
    Ok(SpooledFile { file, size })
}

/// A file that is kept. One upload is kept in one place: a variable that stands in many inputs would be worked on and
/// stored once for each of them, whatever the bounds on a request's files and bytes say.
fn kept_file(ctx: &Context<'_>, upload: Upload, field: &str) -> async_graphql::Result<SpooledFile> {
    if ctx.get::<Caller>()?.keeps(upload.0) {
        return file(ctx, upload);
    }
    let refusal = "This file stands in another place of the request, too; each place needs a file of its own.";
    Err(error(Code::BadUserInput, refusal).with_field(field))
}

/// Signing in.
#[derive(InputObject)]
pub struct LoginInput {
    /// The confirmed address.
    pub email: String,
    /// The password.
    pub password: String,
}

/// A new account.
#[derive(InputObject)]
pub struct NewUserInput {
    /// Public name: 3 to 30 ASCII letters, digits, `_`, `.`, `-`.
    pub username: String,
    /// An address that a confirmation link is sent to.
    pub email: String,
    /// At least 8 characters, not easy to guess.
    pub password: String,
    /// At most 400 characters.
    #[graphql(default)]
    pub bio: String,
    /// A picture, cut to a square of 256 px.
    pub avatar: Option<Upload>,
}

impl NewUserInput {
    pub(super) fn parse(self, ctx: &Context<'_>) -> async_graphql::Result<Registration> {
        let Self {
            username,
            email,
            password,
            bio,
            avatar,
        } = self;
        let avatar = avatar
            .map(|upload| kept_file(ctx, upload, "input.avatar"))
            .transpose()?;
        Ok(Registration {
            username,
            email,
            password,
            bio,
            avatar,
        })
    }
}

/// Only the fields that are sent change. A new address stays pending until it is confirmed and needs currentPassword.
#[derive(InputObject)]
pub struct UpdateUserInput {
    /// Public name: 3 to 30 ASCII letters, digits, `_`, `.`, `-`.
    pub username: Option<String>,
    /// A new address that a confirmation link is sent to.
    pub email: Option<String>,
    /// At most 400 characters.
    pub bio: Option<String>,
    /// A picture, cut to a square of 256 px.
    pub avatar: Option<Upload>,
    /// Needed for a new address.
    pub current_password: Option<String>,
}

impl UpdateUserInput {
    pub(super) fn parse(self, ctx: &Context<'_>) -> async_graphql::Result<ProfileChange> {
        let Self {
            username,
            email,
            bio,
            avatar,
            current_password,
        } = self;
        let avatar = avatar
            .map(|upload| kept_file(ctx, upload, "input.avatar"))
            .transpose()?;
        Ok(ProfileChange {
            username,
            email,
            bio,
            avatar,
            current_password,
        })
    }
}

/// Which users to list. All that are given must hold.
#[derive(InputObject, Default)]
pub struct UserFilterInput {
    /// Exactly this one.
    pub id: Option<ID>,
    /// The start of the name, whatever its case.
    pub username: Option<String>,
    /// The exact address; finds nobody but the viewer.
    pub email: Option<String>,
}

impl From<UserFilterInput> for UserSearch {
    fn from(input: UserFilterInput) -> Self {
        Self {
            id: input.id.map(|id| id.0),
            username: input.username,
            email: input.email,
        }
    }
}

/// All that are given must hold.
#[derive(InputObject, Default)]
pub struct ImageFilterInput {
    /// Exactly this one.
    pub id: Option<ID>,
    /// Of this owner.
    pub user_id: Option<ID>,
    /// Words of the title, all of them, each may be cut short at its end; case and accents do not matter.
    pub title: Option<String>,
    /// Words that stand in the title, the description or the labels, all of them, whole; case and accents do not matter.
    pub text: Option<String>,
    /// With these labels.
    pub labels: Option<Vec<String>>,
    /// With labels: all of them (true) or any of them (false).
    #[graphql(default_with = "Some(false)")]
    pub match_all: Option<bool>,
    /// Of what the viewer may see: true finds their own private images and private purchases.
    pub private: Option<bool>,
    /// Likewise.
    pub archived: Option<bool>,
    /// For sale, or not.
    pub for_sale: Option<bool>,
    /// At most this finalPrice.
    pub price_limit: Option<f64>,
    /// At most this discountPercent.
    pub discount_percent_limit: Option<i32>,
    /// What the viewer bought, or did not.
    pub purchased: Option<bool>,
    /// Images that look like this picture, most alike first whatever orderBy says.
    pub image: Option<Upload>,
}

impl ImageFilterInput {
    /// The picture is looked at here, by the products service; `argument` is the name of this input.
    pub(super) async fn parse(
        mut self,
        ctx: &Context<'_>,
        viewer: &Viewer,
        argument: &str,
    ) -> async_graphql::Result<ImageSearch> {
        let image = match self.image.take() {
            Some(upload) => {
                ctx.get::<Caller>()?.count_picture()?;
                let look = ctx
                    .get::<Services>()?
                    .products
                    .look(viewer, file(ctx, upload)?);
                let refused = |fault| picture(fault, &format!("{argument}.image"));
                Some(look.await.map_err(refused)?)
            }
            None => None,
        };
        Ok(ImageSearch {
            image,
            ..self.into()
        })
    }
}

impl From<ImageFilterInput> for ImageSearch {
    /// All but the picture.
    fn from(input: ImageFilterInput) -> Self {
        Self {
            image: None,
            id: input.id.map(|id| id.0),
            user_id: input.user_id.map(|id| id.0),
            title: input.title,
            text: input.text,
            labels: input.labels,
            match_all: input.match_all.unwrap_or(false),
            private: input.private,
            archived: input.archived,
            for_sale: input.for_sale,
            price_limit: input.price_limit,
            discount_percent_limit: input.discount_percent_limit.map(i64::from),
            purchased: input.purchased,
        }
    }
}

/// A picture to be put up.
#[derive(InputObject)]
pub struct NewImageInput {
    /// 1 to 100 characters.
    pub title: String,
    /// At most 400 characters.
    #[graphql(default)]
    pub description: String,
    /// At most 30, each 1 to 50 characters.
    #[graphql(default)]
    pub labels: Vec<String>,
    /// JPEG, PNG or WebP, a still one.
    pub file: Upload,
    /// Hidden from everyone but its owner and its buyers.
    #[graphql(default)]
    pub private: bool,
    /// Can be bought.
    #[graphql(default)]
    pub for_sale: bool,
    /// 0 to 1000000.00, at most two decimals.
    #[graphql(default)]
    pub price: f64,
    /// 0 to 100.
    #[graphql(default)]
    pub discount_percent: i32,
    /// Add the labels that the labeller sees, a moment after the upload.
    #[graphql(default)]
    pub auto_label: bool,
}

impl NewImageInput {
    pub(super) fn parse(self, ctx: &Context<'_>, index: usize) -> async_graphql::Result<NewImage> {
        let file = kept_file(ctx, self.file, &format!("input.{index}.file"))?;
        Ok(NewImage {
            title: self.title,
            description: self.description,
            labels: self.labels,
            file,
            private: self.private,
            for_sale: self.for_sale,
            price: self.price,
            discount_percent: i64::from(self.discount_percent),
            auto_label: self.auto_label,
        })
    }
}

/// Only the fields that are sent change.
#[derive(InputObject)]
pub struct UpdateImageInput {
    /// Which image.
    pub id: ID,
    /// 1 to 100 characters.
    pub title: Option<String>,
    /// At most 400 characters.
    pub description: Option<String>,
    /// All labels, in place of those it has.
    pub labels: Option<Vec<String>>,
    /// Hidden from everyone but its owner and its buyers.
    pub private: Option<bool>,
    /// Can be bought.
    pub for_sale: Option<bool>,
    /// 0 to 1000000.00, at most two decimals.
    pub price: Option<f64>,
    /// Put away, or taken out again.
    pub archived: Option<bool>,
    /// 0 to 100.
    pub discount_percent: Option<i32>,
}

impl From<UpdateImageInput> for ImageChange {
    fn from(input: UpdateImageInput) -> Self {
        Self {
            id: input.id.0,
            title: input.title,
            description: input.description,
            labels: input.labels,
            private: input.private,
            for_sale: input.for_sale,
            price: input.price,
            archived: input.archived,
            discount_percent: input.discount_percent.map(i64::from),
        }
    }
}
