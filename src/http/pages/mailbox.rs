use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::respond_with_policy;

/// One mail of the development mailbox; its JSON is an item of `/dev/mailbox.json`.
#[derive(Clone, Debug, Serialize)]
pub struct MailboxEntry {
    pub to: String,
    pub subject: String,
    pub text: String,
    /// Empty for a mail without an HTML body.
    pub html: String,
    /// RFC 3339, UTC.
    pub sent: String,
}

/// A frame made by `srcdoc` inherits this policy, and mails style themselves inline: hence
/// 'unsafe-inline', for styles only. The frame is a sandbox without scripts on top.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
    form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "pages/mailbox.html")]
struct MailboxPage<'a> {
    mails: Vec<Mail<'a>>,
}

struct Mail<'a> {
    entry: &'a MailboxEntry,
    text: Vec<Piece<'a>>,
}

/// A stretch of a mail's text, either an address to click or what stands between two of them.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Plain(&'a str),
    Link(&'a str),
}

/// `GET /dev/mailbox`: the mails, which the caller hands over newest first.
#[must_use]
pub fn mailbox(mails: &[MailboxEntry]) -> Response {
    let mails = mails
        .iter()
        .map(|entry| Mail {
            entry,
            text: pieces(&entry.text),
        })
        .collect();
    respond_with_policy(StatusCode::OK, &MailboxPage { mails }, POLICY)
}

fn pieces(mut text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    while let Some(start) = first_link(text) {
        let (before, rest) = text.split_at(start);
        let (link, after) = rest.split_at(link_length(rest));
        pieces.extend([Piece::Plain(before), Piece::Link(link)]);
        text = after;
    }
    pieces.push(Piece::Plain(text));
    pieces
}

fn first_link(text: &str) -> Option<usize> {
    ["https://", "http://"]
        .iter()
        .filter_map(|scheme| text.find(scheme))
        .min()
}

/// Up to white space or a bracket, less the punctuation of the sentence around it.
fn link_length(text: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '(' | ')');
    let link = &text[..text.find(ends).unwrap_or(text.len())];
    link.trim_end_matches(['.', ',', ';', ':', '!', '?', '\''])
        .len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_ends_before_the_punctuation_of_its_sentence() {
        assert_eq!(
            pieces("Open http://localhost:8080/validate?token=a-b_c.\nOr (https://x.example)!"),
            [
                Piece::Plain("Open "),
                Piece::Link("http://localhost:8080/validate?token=a-b_c"),
                Piece::Plain(".\nOr ("),
                Piece::Link("https://x.example"),
                Piece::Plain(")!"),
            ]
        );
    }

    #[test]
    fn text_without_a_link_stays_in_one_piece() {
        assert_eq!(
            pieces("ftp://a http:/b é"),
            [Piece::Plain("ftp://a http:/b é")]
        );
    }
}
