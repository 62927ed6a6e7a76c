//! The small HTML pages that people see: pure functions from data to a response. They work without
//! JavaScript and contain none; the one style sheet is inlined and allowed by its hash.

mod account;
mod index;
mod mailbox;
mod message;

use std::sync::LazyLock;

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{Html, IntoResponse, Response};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest as _, Sha256};

pub use account::{
    ResetForm, ValidateForm, address_confirmed, confirmation_form, confirmation_link_refused,
    password_changed, reset_form, reset_link_refused,
};
pub use index::{IndexLinks, index};
pub use mailbox::{MailboxEntry, mailbox};
pub use message::error_page;

/// Inlined into every page by `templates/pages/base.html`.
const STYLE: &str = include_str!("../../../templates/pages/style.css");

static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'"
    )
});

/// Renders a page and adds the headers that all of them need: the policy that allows the inlined
/// style and nothing else, no referrer (an address may hold a token), no storing.
fn respond(status: StatusCode, page: &impl Template) -> Response {
    respond_with_policy(status, page, &POLICY)
}

fn respond_with_policy(status: StatusCode, page: &impl Template, policy: &str) -> Response {
    let Ok(html) = page.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (CONTENT_SECURITY_POLICY, policy),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, Html(html)).into_response()
}

#[cfg(test)]
mod tests;
