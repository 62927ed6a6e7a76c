//! From an HTTP request to parameters and files.

use async_graphql::UploadValue;
use axum::http::{header, request::Parts};
use serde_json::{Map, Value};

use super::{
    body::Body,
    config::TransportConfig,
    content_type::{Kind, kind},
    multipart,
    params::{Params, parse_json},
    refusal::Refusal,
    run::Transport,
};

/// A request as it arrived.
#[derive(Default)]
pub(super) struct Incoming {
    pub(super) params: Params,
    pub(super) files: Vec<UploadValue>,
}

impl From<Params> for Incoming {
    fn from(params: Params) -> Self {
        Self {
            params,
            files: Vec::new(),
        }
    }
}

/// Of a POST. What stands in its URL is ignored.
pub(super) async fn from_body(
    parts: &Parts,
    body: &mut Body,
    transport: &Transport,
) -> Result<Incoming, Refusal> {
    let config = &transport.config;
    let kind = kind(&parts.headers)?;
    let limit = match kind {
        Kind::Multipart(_) => config.max_request_bytes,
        Kind::Json | Kind::Graphql => config.json_bytes as u64,
    };
    if announced(parts).is_some_and(|length| length > limit) {
        let message = format!("A request of this kind has at most {limit} bytes.");
        return Err(Refusal::too_large(message));
    }
    match kind {
        Kind::Multipart(boundary) => {
            transport.gate.upload(&mut body.ticket, body.client)?;
            multipart::read(body, boundary, config).await
        }
        Kind::Json => {
            let text = body.collect(config.json_bytes).await?;
            Ok(Params::from_json(&text, config)?.into())
        }
        Kind::Graphql => {
            let text = body.collect(config.json_bytes).await?;
            Ok(graphql_body(text, config)?.into())
        }
    }
}

fn announced(parts: &Parts) -> Option<u64> {
    let value = parts.headers.get(header::CONTENT_LENGTH)?;
    value.to_str().ok()?.parse().ok()
}

/// `application/graphql`: old clients send JSON under it, others the document alone.
fn graphql_body(text: Vec<u8>, config: &TransportConfig) -> Result<Params, Refusal> {
    if looks_like_json(&text) {
        return Params::from_json(&text, config);
    }
    let query = String::from_utf8(text).map_err(|_| Refusal::input("The body is not UTF-8."))?;
    Ok(Params {
        query: Some(query).filter(|query| !query.trim().is_empty()),
        ..Params::default()
    })
}

/// A document's first brace is followed by a name or by dots, never by a quote or by its end.
fn looks_like_json(text: &[u8]) -> bool {
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    match text.trim_ascii_start() {
        [b'[', ..] => true,
        [b'{', rest @ ..] => matches!(rest.trim_ascii_start().first(), Some(b'"' | b'}')),
        _ => false,
    }
}

/// Of a GET.
pub(super) fn from_url(parts: &Parts, config: &TransportConfig) -> Result<Incoming, Refusal> {
    let mut object = Map::new();
    let pairs = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    for (name, value) in pairs {
        let value = match &*name {
            "query" | "operationName" => Value::String(value.into_owned()),
            "variables" | "extensions" if value.is_empty() => Value::Null,
            "variables" | "extensions" => parse_json(value.as_bytes(), config)?,
            _ => continue,
        };
        if object.insert(name.to_string(), value).is_some() {
            return Err(Refusal::input(format!("\"{name}\" is given twice.")).at(&name));
        }
    }
    Ok(Params::from_object(object)?.into())
}
