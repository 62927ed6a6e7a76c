//! `GET /query/playground`: `GraphiQL`, built from `web/` and embedded by `build.rs`; it needs
//! no other host. A build without Node embeds a page that loads it from a CDN instead.

use axum::Router;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use super::problem::not_found;
use embedded::{ASSETS, Asset, PAGE, SELF_CONTAINED};

mod embedded {
    /// A file that the page loads from below `/query/playground/assets/`.
    pub struct Asset {
        pub path: &'static str,
        pub media_type: &'static str,
        pub hash: &'static str,
        pub bytes: &'static [u8],
    }

    include!(concat!(env!("OUT_DIR"), "/playground_assets.rs"));
}

/// All code is the server's own. Monaco, the editor in it, injects `<style>` elements whose text
/// depends on theme and fonts (thus 'unsafe-inline', for styles only) and both bring fonts as `data:`.
const SELF_CONTAINED_POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; \
    style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The fallback's scripts are pinned by integrity hashes in its page.
const CDN_POLICY: &str = "default-src 'none'; script-src 'self' https://unpkg.com; \
    style-src 'self' https://unpkg.com 'unsafe-inline'; font-src data:; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A worker is ruled by the policy that came with its script: it may import its chunks, no more.
const ASSET_POLICY: &str = "default-src 'none'; script-src 'self'; frame-ancestors 'none'";

/// The playground's page and its assets, to be merged into the server's router where it is on.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/query/playground", get(page))
        .route("/query/playground/assets/{*path}", get(asset))
}

async fn page() -> Response {
    let policy = if SELF_CONTAINED {
        SELF_CONTAINED_POLICY
    } else {
        CDN_POLICY
    };
    let headers = [
        (CONTENT_SECURITY_POLICY, policy),
        (CACHE_CONTROL, "no-cache"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Html(PAGE)).into_response()
}

async fn asset(path: Result<Path<String>, PathRejection>, request: HeaderMap) -> Response {
    let named = path.ok().and_then(|Path(path)| {
        let mut assets = ASSETS.iter();
        assets.find(|asset| asset.path == path)
    });
    named.map_or_else(not_found, |asset| serve(asset, &request))
}

fn serve(asset: &'static Asset, request: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", asset.hash);
    let known = request
        .get(IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes());
    // Built assets carry a hash in their names; the fallback's do not.
    let caching = if SELF_CONTAINED {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = [
        (CONTENT_SECURITY_POLICY, ASSET_POLICY),
        (CACHE_CONTROL, caching),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (ETAG, &tag),
    ];
    if known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, [(CONTENT_TYPE, asset.media_type)], asset.bytes).into_response()
}

#[cfg(test)]
#[path = "playground_tests.rs"]
mod tests;
