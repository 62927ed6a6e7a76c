//! Which media type the client wants its answer in.

use axum::http::{HeaderMap, header};

/// The media types of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Media {
    /// What old clients expect: errors of execution come with 200.
    #[default]
    Json,
    /// The media type of GraphQL over HTTP with status codes of its own.
    GraphqlResponse,
}

impl Media {
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        }
    }

    const fn essence(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::GraphqlResponse => "application/graphql-response+json",
        }
    }
}

/// None of ours is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotAcceptable;

/// How much a range wants a media type: its weight, then whether it names it, then how early it
/// stands. The larger the better.
type Preference = (u16, u8, usize);

/// The best of ours by weight; between equals the one that is named, then the one named first.
pub(super) fn choose(headers: &HeaderMap) -> Result<Media, NotAcceptable> {
    let lines = headers.get_all(header::ACCEPT);
    let text: Vec<&str> = lines
        .iter()
        .map(|line| line.to_str().unwrap_or("?"))
        .collect();
    let text = text.join(",");
    if text.trim().is_empty() {
        return Ok(Media::Json);
    }
    let ranges: Vec<Range> = text.split(',').filter_map(Range::parse).collect();
    let json = preference(Media::Json, &ranges);
    let graphql = preference(Media::GraphqlResponse, &ranges);
    match json.max(graphql) {
        None => Err(NotAcceptable),
        best if best == json => Ok(Media::Json),
        Some(_) => Ok(Media::GraphqlResponse),
    }
}

/// The most specific range that fits decides.
fn preference(media: Media, ranges: &[Range]) -> Option<Preference> {
    let fitting = ranges.iter().enumerate().filter_map(|(place, range)| {
        let specific = range.fits(media)?;
        Some((specific, range.weight, usize::MAX - place))
    });
    let (specific, weight, early) = fitting.max_by_key(|(specific, ..)| *specific)?;
    // `*/*` names neither: then JSON, which comes first.
    let early = if specific == 2 { early } else { 0 };
    (weight > 0).then_some((weight, specific, early))
}

struct Range {
    essence: String,
    weight: u16,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let mut pieces = text.split(';').map(str::trim);
        let essence = pieces.next()?.to_ascii_lowercase();
        let mut weight = 1_000;
        for piece in pieces {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "q" => weight = parse_weight(value.trim())?,
                "charset" if !is_utf8(value) => return None,
                _ => {}
            }
        }
        Some(Self { essence, weight })
    }

    /// 2 where it names the media type, 1 for `application/*`, 0 for `*/*`.
    fn fits(&self, media: Media) -> Option<u8> {
        match self.essence.as_str() {
            "*/*" => Some(0),
            "application/*" => Some(1),
            named => (named == media.essence()).then_some(2),
        }
    }
}

/// `0.85` is 850: at most three decimals, as RFC 9110 has it.
fn parse_weight(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = decimals.len() <= 3 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok().filter(|_| digits)?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1_000),
        _ => None,
    }
}

/// Whether a charset parameter means UTF-8.
pub(super) fn is_utf8(charset: &str) -> bool {
    let charset = charset.trim().trim_matches('"');
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &str) -> Result<Media, NotAcceptable> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        choose(&headers)
    }

    #[test]
    fn json_is_the_answer_where_nothing_else_is_asked_for() {
        assert_eq!(choose(&HeaderMap::new()), Ok(Media::Json));
        for accept in [
            "",
            "*/*",
            "application/*",
            "application/json",
            "text/html, */*;q=0.8",
        ] {
            assert_eq!(chosen(accept), Ok(Media::Json), "{accept}");
        }
    }

    #[test]
    fn the_heavier_then_the_named_then_the_earlier_wins() {
        for (accept, media) in [
            ("application/graphql-response+json", Media::GraphqlResponse),
            (
                "APPLICATION/GraphQL-Response+JSON; charset=UTF-8",
                Media::GraphqlResponse,
            ),
            (
                "application/graphql-response+json, application/json",
                Media::GraphqlResponse,
            ),
            (
                "application/json, application/graphql-response+json",
                Media::Json,
            ),
            (
                "application/json;q=0.9, application/graphql-response+json",
                Media::GraphqlResponse,
            ),
            (
                "application/graphql-response+json;q=0.85, application/json;q=0.9",
                Media::Json,
            ),
            (
                "application/graphql-response+json, */*",
                Media::GraphqlResponse,
            ),
            ("*/*, application/graphql-response+json;q=0.5", Media::Json),
            ("application/json;q=0, */*", Media::GraphqlResponse),
        ] {
            assert_eq!(chosen(accept), Ok(media), "{accept}");
        }
    }

    #[test]
    fn what_we_do_not_speak_is_not_acceptable() {
        for accept in [
            "text/html",
            "application/json;q=0",
            "*/*;q=0",
            "application/json; charset=latin1",
            "application/json; q=2",
            "multipart/mixed",
        ] {
            assert_eq!(chosen(accept), Err(NotAcceptable), "{accept}");
        }
    }
}
