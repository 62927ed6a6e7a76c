//! The guard in front of the parser and of validation.
//!
//! async-graphql's parser recurses for each bracket and its validation expands every fragment
//! spread again, so a small document can abort the process or burn seconds. The guard goes first:
//! [`lexer`] bounds the text in one pass without recursion, only then the parser runs, and
//! [`structure`] bounds what the document expands to, fragments counted once each. What passes
//! is small enough for anything that recurses over it.
//!
//! Parsing with the parser that also serves the request leaves no room for two readings of one text.

mod error;
mod introspection;
mod json;
mod lexer;
mod structure;

#[cfg(test)]
mod cost;
#[cfg(test)]
#[path = "../../../tests/fixtures/cpu_time.rs"]
mod cpu_time;
#[cfg(test)]
#[path = "../../../tests/fixtures/documents.rs"]
mod documents;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;

use async_graphql::parser::{parse_query, types::ExecutableDocument};

pub use error::{GuardError, Limit};
pub use json::check_variables;

/// How much one request may ask for. Every limit is inclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardLimits {
    /// Bytes of the document.
    pub bytes: usize,
    /// Tokens of the document; comments, commas and white space are none.
    pub tokens: usize,
    /// Brackets, braces and parentheses open at once.
    pub nesting: usize,
    /// Directives in the whole document.
    pub directives: usize,
    /// Aliases in the whole document.
    pub aliases: usize,
    /// Fragment definitions.
    pub fragments: usize,
    /// Fields, spreads and inline fragments of all operations and fragments, fragments expanded.
    pub selections: usize,
    /// Levels of fields, fragments expanded.
    pub depth: usize,
    /// Levels of fields from `__schema` or `__type` down, which do not count for `depth`.
    pub introspection_depth: usize,
    /// Lists of types and fields within each other in introspection: each multiplies the answer.
    pub introspection_lists: usize,
    /// Fields at the root of one operation, fragments expanded.
    pub root_fields: usize,
    /// Fields at the roots of all mutations of the document, fragments expanded.
    pub mutations: usize,
    /// Objects and lists open at once in the variables.
    pub json_nesting: usize,
    /// Values in the variables.
    pub json_values: usize,
}

impl Default for GuardLimits {
    fn default() -> Self {
        Self {
            bytes: 16 * 1024,
            tokens: 1_000,
            nesting: 48,
            directives: 50,
            aliases: 100,
            fragments: 50,
            selections: 2_000,
            depth: 12,
            introspection_depth: 20,
            introspection_lists: 2,
            root_fields: 50,
            mutations: 5,
            json_nesting: 32,
            json_values: 20_000,
        }
    }
}

/// Checks a document and hands it back parsed, so that nobody has to parse it again.
pub fn check_document(text: &str, limits: &GuardLimits) -> Result<ExecutableDocument, GuardError> {
    lexer::check(text, limits)?;
    let document = parse_query(text).map_err(GuardError::from_parser)?;
    structure::check(&document, limits)?;
    Ok(document)
}

/// Whether the document asks for the schema itself (`__typename` does not count).
#[must_use]
pub fn asks_for_introspection(document: &ExecutableDocument) -> bool {
    introspection::is_asked_for(document)
}
