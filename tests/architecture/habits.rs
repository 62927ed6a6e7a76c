//! Habits of the project that need no knowledge of the layers.

use crate::lexer;

/// Beginnings of what must not be merged, token by token.
const UNFINISHED: &[&[&str]] = &[
    &["todo", "!"],
    &["unimplemented", "!"],
    &["dbg", "!"],
    &["#", "[", "ignore"],
];
const MOST_LINES: usize = 400;

pub fn too_long(file: &str, text: &str) -> Vec<String> {
    let lines = text.lines().count();
    let long = lines > MOST_LINES;
    long.then(|| format!("{file}: {lines} lines, split it by what it is about"))
        .into_iter()
        .collect()
}

pub fn unfinished(file: &str, text: &str) -> Vec<String> {
    let tokens = lexer::tokens(text);
    let begins = |at: usize, marker: &[&str]| {
        let ahead = tokens[at..].iter().map(|token| token.text.as_str());
        ahead.take(marker.len()).eq(marker.iter().copied())
    };
    let found = (0..tokens.len()).flat_map(|at| {
        let markers = UNFINISHED.iter().filter(move |marker| begins(at, marker));
        let line = tokens[at].line;
        markers
            .map(move |marker| format!("{file}:{line}: `{}` must not be merged", marker.concat()))
    });
    found.collect()
}

/// The first line must be a `//!` that says something.
pub fn undocumented(file: &str, text: &str) -> Vec<String> {
    let said = text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("//!"));
    let documented = said.is_some_and(|words| !words.trim().is_empty());
    if documented {
        Vec::new()
    } else {
        vec![format!(
            "{file}: does not begin with a `//!` that says what it is for"
        )]
    }
}
