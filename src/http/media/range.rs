//! `Range` and `If-Range` (RFC 9110, 13.1.5 and 14): one range, strong tags only.

use std::ops::Range;

use axum::http::HeaderMap;
use axum::http::header::{self, HeaderName};

/// Which bytes are asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    All,
    Part(Range<u64>),
    /// Nothing that exists: 416.
    Beyond,
}

/// What a header says, where it stands once and is text.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut lines = headers.get_all(name).iter();
    let line = lines.next()?.to_str().ok()?;
    lines.next().is_none().then_some(line.trim())
}

/// A header that cannot be read, or that asks for several ranges, is as if it were not there.
pub(super) fn asked(headers: &HeaderMap, tag: &str, size: u64) -> Asked {
    let fresh = !headers.contains_key(header::IF_RANGE)
        || only(headers, header::IF_RANGE).is_some_and(|known| known == tag);
    let range = only(headers, header::RANGE).filter(|_| fresh);
    range
        .and_then(|range| parse(range, size))
        .unwrap_or(Asked::All)
}

fn parse(text: &str, size: u64) -> Option<Asked> {
    let (unit, range) = text.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let range = match (first, last) {
        ("", suffix) => size.saturating_sub(number(suffix)?)..size,
        (first, "") => number(first)?..size,
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if first > last {
                return None;
            }
            first..size.min(last.saturating_add(1))
        }
    };
    Some(if range.is_empty() {
        Asked::Beyond
    } else {
        Asked::Part(range)
    })
}

/// Numbers too large for a size are the largest.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(range: &str, if_range: Option<&str>) -> Asked {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, range.parse().unwrap());
        if let Some(tag) = if_range {
            headers.insert(header::IF_RANGE, tag.parse().unwrap());
        }
        asked(&headers, "\"abc\"", 10)
    }

    #[test]
    fn one_range_is_cut_at_the_end() {
        for (text, range) in [
            ("bytes=0-0", 0..1),
            ("bytes=0-", 0..10),
            ("bytes=9-", 9..10),
            ("bytes=2-4", 2..5),
            ("Bytes = 2-400", 2..10),
            ("bytes=-3", 7..10),
            ("bytes=-300", 0..10),
            ("bytes=5-99999999999999999999999", 5..10),
        ] {
            assert_eq!(ask(text, None), Asked::Part(range), "{text}");
        }
    }

    #[test]
    fn a_range_behind_the_end_cannot_be_satisfied() {
        for text in [
            "bytes=10-",
            "bytes=10-20",
            "bytes=-0",
            "bytes=99999999999999999999999-",
        ] {
            assert_eq!(ask(text, None), Asked::Beyond, "{text}");
        }
    }

    #[test]
    fn what_is_no_single_range_is_ignored() {
        for text in [
            "bytes=0-1,3-4",
            "bytes=4-2",
            "bytes=-",
            "bytes",
            "lines=1-2",
            "bytes=a-b",
            "bytes=+1-2",
            "bytes=1--2",
        ] {
            assert_eq!(ask(text, None), Asked::All, "{text}");
        }
    }

    #[test]
    fn a_range_of_other_bytes_is_answered_by_all_of_these() {
        assert_eq!(ask("bytes=0-1", Some("\"abc\"")), Asked::Part(0..2));
        for other in ["\"abd\"", "W/\"abc\"", "Wed, 21 Oct 2015 07:28:00 GMT"] {
            assert_eq!(ask("bytes=0-1", Some(other)), Asked::All, "{other}");
        }
    }
}
