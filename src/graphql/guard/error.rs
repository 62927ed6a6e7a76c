//! Why a document or its variables are refused.

use async_graphql::{Pos, parser};
use thiserror::Error;

use crate::graphql::codes::Code;

/// Which limit was passed, for the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named like the limits that they stand for")]
pub enum Limit {
    Bytes,
    Tokens,
    Nesting,
    Directives,
    Aliases,
    Fragments,
    Selections,
    Depth,
    IntrospectionDepth,
    IntrospectionLists,
    RootFields,
    Mutations,
    JsonNesting,
    JsonValues,
}

impl Limit {
    /// The whole list.
    pub const ALL: [Self; 14] = [
        Self::Bytes,
        Self::Tokens,
        Self::Nesting,
        Self::Directives,
        Self::Aliases,
        Self::Fragments,
        Self::Selections,
        Self::Depth,
        Self::IntrospectionDepth,
        Self::IntrospectionLists,
        Self::RootFields,
        Self::Mutations,
        Self::JsonNesting,
        Self::JsonValues,
    ];

    /// Its name in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Tokens => "tokens",
            Self::Nesting => "nesting",
            Self::Directives => "directives",
            Self::Aliases => "aliases",
            Self::Fragments => "fragments",
            Self::Selections => "selections",
            Self::Depth => "depth",
            Self::IntrospectionDepth => "introspection_depth",
            Self::IntrospectionLists => "introspection_lists",
            Self::RootFields => "root_fields",
            Self::Mutations => "mutations",
            Self::JsonNesting => "json_nesting",
            Self::JsonValues => "json_values",
        }
    }

    const fn subject(self) -> &'static str {
        match self {
            Self::Bytes => "The document is too long: bytes",
            Self::Tokens => "The document is too long: tokens",
            Self::Nesting => "The document is nested too deeply: brackets open at once",
            Self::Directives => "The document has too many directives",
            Self::Aliases => "The document has too many aliases",
            Self::Fragments => "The document has too many fragments",
            Self::Selections => "The document selects too much: selections with fragments expanded",
            Self::Depth => "The document is nested too deeply: levels of fields",
            Self::IntrospectionDepth => "The introspection is nested too deeply: levels of fields",
            Self::IntrospectionLists => {
                "The introspection is nested too deeply: lists within each other"
            }
            Self::RootFields => "The operation has too many fields at its root",
            Self::Mutations => "The document has too many mutations",
            Self::JsonNesting => {
                "The variables are nested too deeply: objects and lists open at once"
            }
            Self::JsonValues => "The variables hold too many values",
        }
    }
}

/// Why a document or its variables are refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GuardError {
    /// More than a limit allows.
    #[error("{} (at most {allowed}).", .limit.subject())]
    TooMuch {
        /// Which limit.
        limit: Limit,
        /// Its value.
        allowed: usize,
    },
    /// Not GraphQL.
    #[error("Syntax error: {message}")]
    Syntax {
        /// What was expected, without the text around it.
        message: String,
        /// Where, if that is known.
        position: Option<Pos>,
    },
    /// A fragment that contains itself.
    #[error("The fragment \"{0}\" contains itself.")]
    FragmentCycle(String),
}

impl GuardError {
    /// The code to answer with.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::TooMuch { .. } => Code::QueryTooComplex,
            Self::Syntax { .. } => Code::GraphqlParseFailed,
            Self::FragmentCycle(_) => Code::GraphqlValidationFailed,
        }
    }

    /// The parser's error, without the copy of the document's text that it draws.
    pub(super) fn from_parser(error: parser::Error) -> Self {
        let position = error.positions().next();
        let message = match error {
            parser::Error::Syntax { message, .. } => reason(&message),
            parser::Error::RecursionLimitExceeded => "the document is nested too deeply.".into(),
            other => format!("{other}."),
        };
        Self::Syntax { message, position }
    }

    pub(super) fn syntax(message: &str, position: Pos) -> Self {
        Self::Syntax {
            message: message.to_owned(),
            position: Some(position),
        }
    }
}

/// pest draws the line and ends with `= expected …`; only that part is for people.
fn reason(drawn: &str) -> String {
    match drawn.rsplit_once("  = ") {
        Some((_, reason)) => format!("{}.", reason.trim().replace('_', " ")),
        None => "the document cannot be read.".to_owned(),
    }
}
