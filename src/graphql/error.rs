//! From errors of services to errors of the API: the one place where codes are chosen.

use std::time::Duration;

use async_graphql::Error;

use super::codes::{Code, ErrorDetails, error};
use crate::domain::invalid::Invalid;
use crate::ports::objects::ObjectError;
use crate::ports::passwords::HashError;
use crate::ports::pictures::PictureError;
use crate::ports::store::StoreError;
use crate::ports::vectors::IndexError;
use crate::ports::vision::LabelError;
use crate::services::auth::{ChangePasswordError, RefreshError, ResetError, SignInError};
use crate::services::labelling::LabellingError;
use crate::services::products::{ChangeError, LabelImageError, SearchError, UploadError};
use crate::services::sales::{BuyError, ListError};
use crate::services::similarity::SimilarError;
use crate::services::users::{AccountError, ConfirmError};

/// An error of a service as the API shows it. Details of faults go to the log, never to the client (G8).
pub(super) trait ApiError {
    /// The error with its code.
    fn api(self) -> Error;
}

/// Shorthand for resolvers.
pub(super) trait ApiResult<T> {
    /// The result with its error shown as the API does.
    fn api(self) -> async_graphql::Result<T>;
}

impl<T, E: ApiError> ApiResult<T> for Result<T, E> {
    fn api(self) -> async_graphql::Result<T> {
        self.map_err(ApiError::api)
    }
}

/// Nobody is signed in.
pub(super) fn unauthenticated() -> Error {
    error(Code::Unauthenticated, "Sign in first.")
}

fn unavailable() -> Error {
    error(
        Code::Unavailable,
        "The server is busy or being repaired; try again in a moment.",
    )
    .with_retry_after(1)
}

fn internal(what: &dyn std::fmt::Display) -> Error {
    tracing::error!(error = %what, "internal error");
    error(Code::Internal, "Something went wrong on the server.")
}

fn limited(retry_after: Duration) -> Error {
    let seconds = retry_after.as_secs().max(1);
    error(Code::RateLimited, "Too many attempts; try again later.").with_retry_after(seconds)
}

fn link_refused(field: &str) -> Error {
    error(
        Code::InvalidToken,
        "This link is not valid any more; ask for a new one.",
    )
    .with_field(field)
}

impl ApiError for Invalid {
    fn api(self) -> Error {
        let name = self
            .field
            .rsplit('.')
            .find(|part| part.parse::<usize>().is_err())
            .unwrap_or("input")
            .to_owned();
        error(Code::BadUserInput, format!("{name} {}.", self.message)).with_field(self.field)
    }
}

impl ApiError for StoreError {
    fn api(self) -> Error {
        match self {
            Self::Unavailable(reason) => {
                tracing::warn!(%reason, "the store is unavailable");
                unavailable()
            }
            Self::Contention => unavailable(),
            Self::Conflict(what) => {
                error(Code::Conflict, "This is in use already.").with_field(what)
            }
            fault @ (Self::Corrupt { .. } | Self::Failed(_)) => internal(&fault),
        }
    }
}

impl ApiError for HashError {
    fn api(self) -> Error {
        match self {
            Self::Busy => unavailable(),
            Self::Failed => internal(&self),
        }
    }
}

impl ApiError for ObjectError {
    fn api(self) -> Error {
        match self {
            Self::Unavailable(reason) => {
                tracing::warn!(%reason, "the object store is unavailable");
                unavailable()
            }
            fault => internal(&fault),
        }
    }
}

/// A refused or failed picture; `field` is the path of the file.
pub(super) fn picture(fault: PictureError, field: &str) -> Error {
    match fault {
        PictureError::Unsupported(why) => {
            error(Code::UnsupportedImage, sentence(why)).with_field(field)
        }
        PictureError::TooLarge(why) => {
            error(Code::PayloadTooLarge, sentence(&why)).with_field(field)
        }
        PictureError::Busy => unavailable(),
        PictureError::Failed(_) => internal(&fault),
    }
}

/// Capital and full stop.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

impl ApiError for SignInError {
    fn api(self) -> Error {
        match self {
            Self::Refused => error(
                Code::Unauthenticated,
                "The address or the password is wrong.",
            ),
            Self::NotVerified => error(
                Code::EmailNotVerified,
                "Confirm your address first: follow the link in our mail.",
            ),
            Self::Limited { retry_after } => limited(retry_after),
            Self::Hash(fault) => fault.api(),
            Self::Store(fault) => fault.api(),
        }
    }
}

impl ApiError for RefreshError {
    fn api(self) -> Error {
        match self {
            Self::Ended => unauthenticated(),
            Self::Store(fault) => fault.api(),
        }
    }
}

impl ApiError for ResetError {
    fn api(self) -> Error {
        match self {
            Self::Token => link_refused("resetToken"),
            Self::Invalid(invalid) => invalid.api(),
            Self::Hash(fault) => fault.api(),
            Self::Store(fault) => fault.api(),
        }
    }
}

impl ApiError for ChangePasswordError {
    fn api(self) -> Error {
        match self {
            Self::Invalid(invalid) => invalid.api(),
            Self::Limited { retry_after } => limited(retry_after),
            Self::Hash(fault) => fault.api(),
            Self::Store(fault) => fault.api(),
        }
    }
}

impl ApiError for AccountError {
    fn api(self) -> Error {
        match self {
            Self::Invalid(invalid) => invalid.api(),
            Self::NameTaken => {
                error(Code::Conflict, "This username is taken.").with_field("input.username")
            }
            Self::Picture(fault) => picture(fault, "input.avatar"),
            Self::Limited { retry_after } => limited(retry_after),
            Self::Hash(fault) => fault.api(),
            Self::Object(fault) => fault.api(),
            Self::Store(fault) => fault.api(),
        }
    }
}

impl ApiError for ConfirmError {
    fn api(self) -> Error {
        match self {
            Self::Token => link_refused("validationToken"),
            Self::Store(fault) => fault.api(),
        }
    }
}

impl ApiError for UploadError {
    fn api(self) -> Error {
        match self {
            Self::Invalid(invalid) => invalid.api(),
            Self::Picture {
                index,
                error: fault,
            } => picture(fault, &format!("input.{index}.file")),
            Self::Quota(why) => error(Code::QuotaExceeded, sentence(&why)).with_field("input"),
            Self::Object(fault) => fault.api(),
            Self::Store(fault) => fault.api(),
        }
    }
}

fn no_such_image() -> Error {
    error(Code::NotFound, "There is no such image.")
}

fn only_its_owner() -> Error {
    error(Code::Forbidden, "Only its owner may do this.")
}

impl ApiError for ChangeError {
    fn api(self) -> Error {
        match self {
            Self::Invalid(invalid) => invalid.api(),
            Self::NotFound => no_such_image(),
            Self::Forbidden => only_its_owner(),
            Self::Store(fault) => fault.api(),
        }
    }
}

impl ApiError for SearchError {
    fn api(self) -> Error {
        match self {
            Self::Filter(invalid) | Self::Invalid(invalid) => invalid.api(),
            Self::NotFound => no_such_image(),
            Self::Similar(fault) => fault.api(),
            Self::Store(fault) => fault.api(),
        }
    }
}

impl ApiError for SimilarError {
    fn api(self) -> Error {
        match self {
            Self::NotReady | Self::Index(IndexError::Busy) => unavailable(),
            fault @ Self::Index(IndexError::Failed(_)) => internal(&fault),
            Self::Store(fault) => fault.api(),
        }
    }
}

impl ApiError for LabelImageError {
    fn api(self) -> Error {
        match self {
            Self::NotFound => no_such_image(),
            Self::Forbidden => only_its_owner(),
            Self::Labelling(fault) => fault.api(),
            Self::Store(fault) => fault.api(),
        }
    }
}

impl ApiError for LabellingError {
    fn api(self) -> Error {
        match self {
            Self::Gone => no_such_image(),
            Self::Limited { retry_after } => limited(retry_after),
            Self::Labeller(LabelError::Later { reason, after }) => {
                tracing::warn!(%reason, "the labeller is away");
                let seconds = after.map_or(1, |after| after.as_secs().max(1));
                unavailable().with_retry_after(seconds)
            }
            fault @ Self::Labeller(LabelError::Refused(_)) => internal(&fault),
            Self::Object(fault) => fault.api(),
            Self::Store(fault) => fault.api(),
        }
    }
}

impl ApiError for ListError {
    fn api(self) -> Error {
        match self {
            Self::Invalid(invalid) => invalid.api(),
            Self::Store(fault) => fault.api(),
        }
    }
}

impl ApiError for BuyError {
    fn api(self) -> Error {
        match self {
            Self::Invalid(invalid) => invalid.api(),
            Self::Own => error(Code::Forbidden, "This image is yours."),
            Self::KeyMismatch => error(
                Code::IdempotencyMismatch,
                "This idempotency key was used for another purchase.",
            )
            .with_field("idempotencyKey"),
            Self::NotFound => no_such_image(),
            Self::NotForSale => error(Code::NotForSale, "This image is not for sale."),
            Self::PriceChanged { now } => {
                error(Code::PriceChanged, format!("The price is {now} now."))
                    .with_field("expectedPrice")
            }
            Self::Store(fault) => fault.api(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(error: Error) -> serde_json::Value {
        serde_json::to_value(error.into_server_error(async_graphql::Pos::default())).unwrap()
    }

    /// G8
    #[test]
    fn faults_never_show_what_is_inside() {
        let secret = "SELECT * FROM users at 10.0.0.1:3306 in /var/lib";
        let faults = [
            StoreError::Failed(secret.into()).api(),
            StoreError::Unavailable(secret.into()).api(),
            ObjectError::Failed(secret.into()).api(),
            picture(PictureError::Failed(secret.into()), "input.0.file"),
        ];
        for fault in faults {
            let text = json(fault).to_string();
            assert!(
                !text.contains("SELECT") && !text.contains("10.0.0.1") && !text.contains("/var"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_refused_input_names_its_field_and_reads_as_a_sentence() {
        let error = json(
            Invalid::new("labels.3", "must have 1 to 50 characters")
                .under("input.0")
                .api(),
        );
        assert_eq!(error["message"], "labels must have 1 to 50 characters.");
        assert_eq!(error["extensions"]["field"], "input.0.labels.3");
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT");
    }
}
