//! `If-None-Match` (RFC 9110, 13.1.2).

use axum::http::HeaderMap;
use axum::http::header::IF_NONE_MATCH;

/// Whether the client has these bytes already.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let lines = headers.get_all(IF_NONE_MATCH).iter();
    let mut tags = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim);
    tags.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_tag_of_a_list_is_compared_weakly() {
        let known = |text: &str| {
            let headers = [(IF_NONE_MATCH, text.parse().unwrap())];
            is_known(&headers.into_iter().collect(), "\"abc\"")
        };
        for yes in [
            "\"abc\"",
            "W/\"abc\"",
            "*",
            "\"x\", \"abc\"",
            "\"x\",W/\"abc\"",
        ] {
            assert!(known(yes), "{yes}");
        }
        for no in ["\"abd\"", "abc", "\"ABC\"", "", "\"abc"] {
            assert!(!known(no), "{no}");
        }
    }
}
