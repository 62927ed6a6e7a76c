use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::message::{error_page, good_news};
use super::respond;

/// What the form of [`confirmation_form`] posts to `/validate`.
#[derive(Deserialize)]
pub struct ValidateForm {
    pub token: String,
}

/// What the form of [`reset_form`] posts to `/reset`.
#[derive(Deserialize)]
pub struct ResetForm {
    pub token: String,
    pub password: String,
    /// The same again; the handler refuses the form when they differ.
    pub repeated: String,
}

#[derive(Template)]
#[template(path = "pages/validate.html")]
struct ValidatePage<'a> {
    token: &'a str,
}

#[derive(Template)]
#[template(path = "pages/reset.html")]
struct ResetPage<'a> {
    token: &'a str,
    refusal: Option<&'a str>,
}

/// `GET /validate?token=`: asks to confirm the address. Mail scanners follow links, so opening the
/// page does nothing; its button posts a [`ValidateForm`].
#[must_use]
pub fn confirmation_form(token: &str) -> Response {
    respond(StatusCode::OK, &ValidatePage { token })
}

/// After a confirmation that succeeded.
#[must_use]
pub fn address_confirmed() -> Response {
    good_news(
        "Address confirmed",
        "Your e-mail address is confirmed. You can sign in now.",
    )
}

/// After a confirmation whose token is unknown, used or too old.
#[must_use]
pub fn confirmation_link_refused() -> Response {
    error_page(
        StatusCode::BAD_REQUEST,
        "This link does not work",
        "It was used already, has expired, or is incomplete. If you cannot sign in yet, \
         ask for a new confirmation mail.",
    )
}

/// `GET /reset?token=`: asks for the new password, posted as a [`ResetForm`]. With a `refusal` the
/// form is shown again and says why the last password was refused (a sentence for a person).
#[must_use]
pub fn reset_form(token: &str, refusal: Option<&str>) -> Response {
    let status = refusal.map_or(StatusCode::OK, |_| StatusCode::BAD_REQUEST);
    respond(status, &ResetPage { token, refusal })
}

/// After a reset that succeeded.
#[must_use]
pub fn password_changed() -> Response {
    good_news(
        "Password changed",
        "Your new password is set, and you are signed out everywhere. Sign in with it now.",
    )
}

/// After a reset whose token is unknown, used or too old.
#[must_use]
pub fn reset_link_refused() -> Response {
    error_page(
        StatusCode::BAD_REQUEST,
        "This link does not work",
        "It was used already, has expired, or is incomplete. Ask for a new reset mail; \
         its link works once, for a short time.",
    )
}
