//! GraphQL documents: the guard judges any text in bounded work, and what it lets through is harmless to the parser, to
//! validation and to execution.

use async_graphql::Request;
use shotify::graphql::guard::{
    GuardLimits, asks_for_introspection, check_document, check_variables,
};

use super::{documents, transport};

/// The tokens of the language, and names of the schema.
pub const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "{ me ",
    "... {",
    "...F0 ",
    "... on User {",
    "fragment F0 on User {",
    "query(",
    "$a: ",
    "[Int]",
    "= ",
    "@skip(if: ",
    "@include(if: true)",
    "!",
    "1",
    "-1e5",
    "true",
    "null",
    "\"",
    "\"\"\"",
    "\\\"\"\"",
    "\\u0041",
    "#",
    "\n",
    "\r",
    ",",
    "\u{feff}",
    "mutation ",
    "subscription ",
    "images(first: ",
    "input: {",
    "a: ",
    "id ",
    "__typename ",
    "__schema {",
    "__type(name: \"User\") {",
    "fields {",
    "type {",
    "ofType {",
    "&",
    "|",
    ":",
];

/// Checks these bytes as a document and as variables; what passes is run.
pub fn run(data: &[u8]) {
    let limits = GuardLimits::default();
    let text = String::from_utf8_lossy(data);
    if check_variables(data, &limits).is_ok() {
        // Whatever is not too deep is read or refused, without harm.
        let _ = serde_json::from_slice::<serde_json::Value>(data);
    }
    if let Ok(document) = check_document(&text, &limits) {
        let _ = asks_for_introspection(&document);
        let mut request = Request::new(text);
        request.set_parsed_query(document);
        transport::execute(request);
    }
}

/// What is made to hurt, but for the largest of it.
pub fn seeds() -> Vec<Vec<u8>> {
    let all = [
        documents::refused(),
        documents::largest(),
        documents::deepest(),
    ]
    .into_iter()
    .flatten();
    let short = all
        .map(|(_, text)| text.into_bytes())
        .filter(|text| text.len() <= 17_000);
    let plain =
        "query A($a: Int = 2, $b: [Int!]) { me { i: images(first: $a) { id labels } fails ...F0 } }
        fragment F0 on User { ... on User @include(if: true) { me { id } } }";
    short.chain([plain.as_bytes().to_vec()]).collect()
}
