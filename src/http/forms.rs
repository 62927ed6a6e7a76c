//! The pages behind mailed links. Opening one does nothing; its button posts the token.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Form, Query, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use tower_http::timeout::TimeoutLayer;

use super::origin::Sites;
use super::pages::{self, ResetForm, ValidateForm, error_page};
use crate::ports::passwords::HashError;
use crate::services::auth::{AuthService, ResetError};
use crate::services::users::{ConfirmError, UsersService};

/// Bytes of a form: a token and two passwords.
const MOST_BYTES: usize = 16 * 1024;
/// How long a form may take to arrive and to be answered.
const PATIENCE: Duration = Duration::from_secs(30);

/// Seconds after which it is worth trying again what was not possible.
const RETRY_SOON: HeaderValue = HeaderValue::from_static("1");

struct Forms {
    auth: Arc<dyn AuthService>,
    users: Arc<dyn UsersService>,
    sites: Sites,
}

/// `/validate` and `/reset`.
pub fn routes<S: Clone + Send + Sync + 'static>(
    auth: Arc<dyn AuthService>,
    users: Arc<dyn UsersService>,
    sites: Sites,
) -> Router<S> {
    let late = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, PATIENCE);
    Router::new()
        .route("/validate", get(ask_to_confirm).post(confirm))
        .route("/reset", get(ask_for_password).post(reset))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(late)
        .with_state(Arc::new(Forms { auth, users, sites }))
}

#[derive(Deserialize)]
struct Link {
    token: String,
}

async fn ask_to_confirm(link: Result<Query<Link>, QueryRejection>) -> Response {
    match link {
        Ok(Query(link)) => pages::confirmation_form(&link.token),
        Err(rejection) => unreadable(&rejection),
    }
}

async fn ask_for_password(link: Result<Query<Link>, QueryRejection>) -> Response {
    match link {
        Ok(Query(link)) => pages::reset_form(&link.token, None),
        Err(rejection) => unreadable(&rejection),
    }
}

fn unreadable(rejection: &QueryRejection) -> Response {
    let message = "The link is not as we mailed it. Open the link in your mail again.";
    error_page(rejection.status(), "Not accepted", message)
}

async fn confirm(
    State(forms): State<Arc<Forms>>,
    headers: HeaderMap,
    form: Result<Form<ValidateForm>, FormRejection>,
) -> Response {
    let form = match accept(&forms.sites, &headers, form) {
        Ok(form) => form,
        Err(page) => return *page,
    };
    match forms.users.confirm(&form.token).await {
        Ok(()) => pages::address_confirmed(),
        Err(ConfirmError::Token) => pages::confirmation_link_refused(),
        Err(error @ ConfirmError::Store(_)) => failed(&error),
    }
}

async fn reset(
    State(forms): State<Arc<Forms>>,
    headers: HeaderMap,
    form: Result<Form<ResetForm>, FormRejection>,
) -> Response {
    let form = match accept(&forms.sites, &headers, form) {
        Ok(form) => form,
        Err(page) => return *page,
    };
    if form.password != form.repeated {
        return pages::reset_form(&form.token, Some("The two passwords differ."));
    }
    match forms.auth.reset_password(&form.token, &form.password).await {
        Ok(()) => pages::password_changed(),
        Err(ResetError::Token) => pages::reset_link_refused(),
        Err(ResetError::Invalid(invalid)) => {
            let refusal = format!("The new password {}.", invalid.message);
            pages::reset_form(&form.token, Some(&refusal))
        }
        Err(
            error @ (ResetError::Hash(HashError::Busy | HashError::Failed) | ResetError::Store(_)),
        ) => failed(&error),
    }
}

/// A form of our own pages that can be read.
fn accept<T>(
    sites: &Sites,
    headers: &HeaderMap,
    form: Result<Form<T>, FormRejection>,
) -> Result<T, Box<Response>> {
    if !sites.admits(headers) {
        tracing::info!(target: "shotify::security", event = "csrf_failed", reason = "site");
        let message = "This form was sent by another site. Open the link in your mail again.";
        let page = error_page(StatusCode::FORBIDDEN, "Not accepted", message);
        return Err(Box::new(page));
    }
    form.map(|Form(form)| form).map_err(|rejection| {
        let message = "The form is not complete. Open the link in your mail again.";
        Box::new(error_page(rejection.status(), "Not accepted", message))
    })
}

fn failed(error: &dyn std::error::Error) -> Response {
    tracing::error!(%error, "a form failed");
    let message = "Nothing was changed. Please try again in a minute.";
    let mut page = error_page(
        StatusCode::SERVICE_UNAVAILABLE,
        "This is not possible right now",
        message,
    );
    page.headers_mut().insert(RETRY_AFTER, RETRY_SOON);
    page
}

#[cfg(test)]
#[path = "forms_tests.rs"]
mod tests;
