//! `GET` and `HEAD /media/…`: the bytes of pictures, streamed, or a redirect to where the object store gives them out.
//!
//! Whether they may be seen is the service's decision, made before anything else, a 304 included.

mod conditions;
mod range;

#[cfg(test)]
mod redirect_tests;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Query, Request, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LOCATION, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use url::Url;

use super::problem::{internal, not_found, problem, unavailable};
use super::visitor::Visitors;
use crate::domain::id::{ProductId, UserId};
use crate::domain::picture::Rendition;
use crate::domain::timestamp::Timestamp;
use crate::graphql::codes::Code;
use crate::ports::keys::LinkTarget;
use crate::ports::objects::ObjectError;
use crate::ports::store::StoreError;
use crate::services::auth::AuthService;
use crate::services::media::{LinkProof, MediaError, MediaObject, MediaRequest, MediaService};

use range::Asked;

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

struct Media {
    service: Arc<dyn MediaService>,
    auth: Arc<dyn AuthService>,
    visitors: Arc<Visitors>,
}

/// The paths of products' renditions and of avatars.
pub fn routes<S: Clone + Send + Sync + 'static>(
    service: Arc<dyn MediaService>,
    auth: Arc<dyn AuthService>,
    visitors: Arc<Visitors>,
) -> Router<S> {
    let media = Media {
        service,
        auth,
        visitors,
    };
    Router::new()
        .route("/media/{id}/{rendition}", get(rendition))
        .route("/media/avatars/{user}", get(avatar))
        .with_state(Arc::new(media))
}

/// A path that cannot be read names nothing, like one that reads as nonsense.
async fn rendition(
    State(media): State<Arc<Media>>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    let target = path.ok().and_then(|Path((id, rendition))| {
        let target = ProductId::parse(&id).zip(Rendition::parse(&rendition));
        target.map(|(id, rendition)| LinkTarget::Product(id, rendition))
    });
    serve(&media, target, request).await
}

async fn avatar(
    State(media): State<Arc<Media>>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let user = path.ok().and_then(|Path(user)| UserId::parse(&user));
    let target = user.map(LinkTarget::Avatar);
    serve(&media, target, request).await
}

async fn serve(media: &Media, target: Option<LinkTarget>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    match answer(media, target, &mut parts).await {
        Ok(response) => response,
        Err(error) => refusal(&error),
    }
}

async fn answer(
    media: &Media,
    target: Option<LinkTarget>,
    parts: &mut Parts,
) -> Result<Response, MediaError> {
    let object = open(media, target, parts).await?;
    let tag = format!("\"{}\"", object.tag());
    let headers = headers(&object, target, &tag);
    if conditions::is_known(&parts.headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    if parts.method == Method::HEAD {
        let length = [(CONTENT_LENGTH, media.service.size(&object).await?)];
        return Ok((headers, length).into_response());
    }
    if parts.headers.contains_key(RANGE) {
        return ranged(media, &object, headers, &tag, parts).await;
    }
    match media.service.elsewhere(&object).await? {
        Some(url) => Ok(redirect(headers, &url)),
        None => whole(media, &object, headers).await,
    }
}

async fn whole(
    media: &Media,
    object: &MediaObject,
    headers: HeaderMap,
) -> Result<Response, MediaError> {
    let found = media.service.read(object, None).await?;
    let length = [(CONTENT_LENGTH, found.size)];
    Ok((headers, length, Body::from_stream(found.bytes)).into_response())
}

/// Ranges are answered here, also where the whole is fetched elsewhere: they may hang on our tag.
async fn ranged(
    media: &Media,
    object: &MediaObject,
    headers: HeaderMap,
    tag: &str,
    parts: &Parts,
) -> Result<Response, MediaError> {
    let size = media.service.size(object).await?;
    match range::asked(&parts.headers, tag, size) {
        Asked::All => whole(media, object, headers).await,
        Asked::Part(part) => partial(media, object, headers, part, size).await,
        Asked::Beyond => Ok(unsatisfiable(size)),
    }
}

async fn partial(
    media: &Media,
    object: &MediaObject,
    headers: HeaderMap,
    part: Range<u64>,
    size: u64,
) -> Result<Response, MediaError> {
    let place = format!("bytes {}-{}/{size}", part.start, part.end - 1);
    let length = [(CONTENT_LENGTH, part.end - part.start)];
    let found = media.service.read(object, Some(part)).await?;
    let body = Body::from_stream(found.bytes);
    let status = StatusCode::PARTIAL_CONTENT;
    Ok((status, headers, length, [(CONTENT_RANGE, place)], body).into_response())
}

/// To the object store's own link, which ends soon. It is not kept: a 304 would bring a dead one back to life, so it has
/// no tag either.
fn redirect(mut headers: HeaderMap, url: &Url) -> Response {
    for name in [CONTENT_TYPE, ACCEPT_RANGES, ETAG] {
        headers.remove(name);
    }
    let kept = HeaderValue::from_static("private, no-store");
    headers.insert(CACHE_CONTROL, kept);
    let place = [(LOCATION, url.as_str())];
    (StatusCode::TEMPORARY_REDIRECT, headers, place).into_response()
}

fn unsatisfiable(size: u64) -> Response {
    let mut response = problem(
        Code::BadUserInput,
        "This range lies behind the picture's end.",
    );
    *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
    let place = [(CONTENT_RANGE, format!("bytes */{size}"))];
    (place, response).into_response()
}

#[derive(Deserialize)]
struct Proof {
    expires: i64,
    signature: String,
}

/// A link that suffices needs no look at the session; else the cookie is asked.
async fn open(
    media: &Media,
    target: Option<LinkTarget>,
    parts: &mut Parts,
) -> Result<MediaObject, MediaError> {
    let proof = Query::<Proof>::from_request_parts(parts, &()).await.ok();
    let mut request = MediaRequest {
        target,
        proof: proof.map(|Query(proof)| LinkProof {
            expires: Timestamp::from_seconds(proof.expires),
            signature: proof.signature,
        }),
        viewer: None,
    };
    if request.proof.is_some() {
        match media.service.open(request.clone()).await {
            Err(MediaError::Unauthenticated) => request.proof = None,
            done => return done,
        }
    }
    request.viewer = media.visitors.viewer(parts, &*media.auth).await?;
    media.service.open(request).await
}

fn headers(object: &MediaObject, target: Option<LinkTarget>, tag: &str) -> HeaderMap {
    let resource_policy = if object.by_link {
        "cross-origin"
    } else {
        "same-origin"
    };
    let mut headers: HeaderMap = [
        (CONTENT_TYPE, object.format.media_type()),
        (CACHE_CONTROL, "private, no-cache"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (RESOURCE_POLICY, resource_policy),
        (ACCEPT_RANGES, "bytes"),
    ]
    .into_iter()
    .map(|(name, value)| (name, HeaderValue::from_static(value)))
    .collect();
    if let Ok(tag) = tag.parse() {
        headers.insert(ETAG, tag);
    }
    if let Some(LinkTarget::Product(id, Rendition::Original)) = target {
        let extension = object.format.extension();
        let attachment = format!("attachment; filename=\"shotify-{id}.{extension}\"");
        if let Ok(attachment) = attachment.parse() {
            headers.insert(CONTENT_DISPOSITION, attachment);
        }
    }
    headers
}

fn refusal(error: &MediaError) -> Response {
    match error {
        MediaError::Unauthenticated => problem(Code::Unauthenticated, "Sign in to see this."),
        MediaError::NotFound => not_found(),
        MediaError::Store(StoreError::Unavailable(_) | StoreError::Contention)
        | MediaError::Object(ObjectError::Unavailable(_)) => {
            tracing::warn!(%error, "media is unavailable");
            unavailable()
        }
        MediaError::Store(_) | MediaError::Object(_) => {
            tracing::error!(%error, "media failed");
            internal()
        }
    }
}
