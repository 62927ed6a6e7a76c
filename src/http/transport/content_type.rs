//! What a body says it is.

use axum::http::{HeaderMap, header};

use super::{accept::is_utf8, refusal::Refusal};

/// The kinds of body that the transport reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// One JSON object.
    Json,
    /// A JSON object or a bare document.
    Graphql,
    /// A form with files and this boundary.
    Multipart(String),
}

/// The kind of the body, or 415. A form of a browser (`text/plain`, urlencoded) is none.
pub(super) fn kind(headers: &HeaderMap) -> Result<Kind, Refusal> {
    let encoding = headers.get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Refusal::media_type(
            "Send the body without a Content-Encoding.",
        ));
    }
    let mut lines = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return Err(Refusal::media_type(
            "Send one Content-Type, such as application/json.",
        ));
    };
    let line = line.to_str().unwrap_or_default();
    let essence = line.split(';').next().unwrap_or_default().trim();
    let kind = match essence.to_ascii_lowercase().as_str() {
        "application/json" => Kind::Json,
        "application/graphql" => Kind::Graphql,
        "multipart/form-data" => {
            return multer::parse_boundary(line)
                .map(Kind::Multipart)
                .map_err(|_| Refusal::input("The multipart body has no boundary."));
        }
        _ => {
            return Err(Refusal::media_type(
                "Send application/json, application/graphql or multipart/form-data.",
            ));
        }
    };
    if parameter(line, "charset").is_some_and(|charset| !is_utf8(charset)) {
        return Err(Refusal::media_type("Send the body in UTF-8."));
    }
    Ok(kind)
}

fn parameter<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = line
        .split(';')
        .skip(1)
        .filter_map(|piece| piece.split_once('='));
    pairs.find_map(|(key, value)| key.trim().eq_ignore_ascii_case(name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::codes::{Code, code_of};

    fn of(content_type: &str) -> Result<Kind, Option<Code>> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, content_type.parse().unwrap());
        kind(&headers).map_err(|refusal| code_of(&refusal.0))
    }

    #[test]
    fn the_three_kinds_are_read_whatever_their_case_and_parameters() {
        assert_eq!(of("application/json"), Ok(Kind::Json));
        assert_eq!(of("Application/JSON ; charset=\"UTF-8\""), Ok(Kind::Json));
        assert_eq!(of("application/graphql;charset=utf-8"), Ok(Kind::Graphql));
        assert_eq!(
            of("multipart/form-data; boundary=x"),
            Ok(Kind::Multipart("x".into()))
        );
    }

    /// G6
    #[test]
    fn everything_else_is_an_unsupported_media_type() {
        for content_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonp",
            "application/json; charset=utf-16",
            "",
        ] {
            assert_eq!(
                of(content_type),
                Err(Some(Code::UnsupportedMediaType)),
                "{content_type}"
            );
        }
        assert_eq!(of("multipart/form-data"), Err(Some(Code::BadUserInput)));
    }
}
