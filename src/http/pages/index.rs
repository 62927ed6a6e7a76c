use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::respond;

/// What the index page may link to, besides what is always there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IndexLinks {
    pub playground_on: bool,
    pub mailbox_on: bool,
}

#[derive(Template)]
#[template(path = "pages/index.html")]
struct IndexPage {
    links: IndexLinks,
}

/// `GET /`: what this is, with links to what is there.
#[must_use]
pub fn index(links: IndexLinks) -> Response {
    respond(StatusCode::OK, &IndexPage { links })
}
