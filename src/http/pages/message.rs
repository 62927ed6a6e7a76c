use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::respond;

/// A page that only says something: how an action ended, or what went wrong.
#[derive(Template)]
#[template(path = "pages/message.html")]
pub(super) struct MessagePage<'a> {
    pub good: bool,
    pub title: &'a str,
    pub message: &'a str,
}

/// A plain error page. `title` and `message` are sentences for a person.
#[must_use]
pub fn error_page(status: StatusCode, title: &str, message: &str) -> Response {
    respond(
        status,
        &MessagePage {
            good: false,
            title,
            message,
        },
    )
}

pub(super) fn good_news(title: &str, message: &str) -> Response {
    respond(
        StatusCode::OK,
        &MessagePage {
            good: true,
            title,
            message,
        },
    )
}
