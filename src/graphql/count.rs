//! Counts what clients ask for and what they are answered, and what is bought, put up and joined by it.
//!
//! Labels come from the schema and from closed lists, never from a request: a name that somebody made up is no name.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::Duration;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    ExecutableDocument, OperationDefinition, Selection, SelectionSet, TypeKind,
    TypeSystemDefinition,
};
use async_graphql::{Response, ServerError};

use super::codes::{Code, code_of};
use super::guard::Limit;
use super::schema::sdl;
use crate::domain::product::Seen;
use crate::domain::user::User;
use crate::observe::table;
use crate::services::auth::{SignInError, SignedIn};
use crate::services::sales::Bought;

/// Of a request that was refused before it was executed, or asks for nothing that there is.
pub const NONE: &str = "none";
/// Of a request with several root fields.
const SEVERAL: &str = "several";
/// Of an answer without errors.
pub const OK: &str = "OK";

/// The fields that a request can begin with.
static ROOT_FIELDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let definitions = parse_schema(sdl()).map(|schema| schema.definitions);
    let mut names: BTreeSet<String> =
        BTreeSet::from(["__schema", "__type", "__typename"].map(String::from));
    for definition in definitions.unwrap_or_default() {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let is_root = matches!(definition.node.name.node.as_str(), "Query" | "Mutation");
        if let (true, TypeKind::Object(object)) = (is_root, definition.node.kind) {
            names.extend(object.fields.iter().map(|f| f.node.name.node.to_string()));
        }
    }
    names
});

/// Begins at 0 what alerts look at.
pub fn begin() {
    for field in &*ROOT_FIELDS {
        let requests = table::GRAPHQL_REQUESTS.with([field.as_str(), OK]);
        requests.increment(0);
    }
    for code in Code::ALL {
        table::GRAPHQL_ERRORS.with([code.as_str()]).increment(0);
    }
    for limit in Limit::ALL {
        table::GUARD_REFUSALS.with([limit.name()]).increment(0);
    }
}

/// What an operation is counted as: its root field.
#[must_use]
pub fn operation(
    document: &ExecutableDocument,
    selected: Option<&OperationDefinition>,
) -> &'static str {
    let mut fields = Vec::new();
    if let Some(selected) = selected {
        root_fields(document, &selected.selection_set.node, &mut fields);
    }
    match fields[..] {
        [] => NONE,
        [name] => ROOT_FIELDS.get(name).map_or(NONE, String::as_str),
        [_, _, ..] => SEVERAL,
    }
}

/// The first two of them: more need not be known.
fn root_fields<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    fields: &mut Vec<&'a str>,
) {
    for item in &set.items {
        if fields.len() > 1 {
            return;
        }
        match &item.node {
            Selection::Field(field) => fields.push(field.node.name.node.as_str()),
            Selection::InlineFragment(inline) => {
                root_fields(document, &inline.node.selection_set.node, fields);
            }
            Selection::FragmentSpread(spread) => {
                let fragment = document.fragments.get(&spread.node.fragment_name.node);
                if let Some(fragment) = fragment {
                    root_fields(document, &fragment.node.selection_set.node, fields);
                }
            }
        }
    }
}

/// An answer was made.
pub fn answered(operation: &'static str, response: &Response, after: Duration) {
    let requests = table::GRAPHQL_REQUESTS.with([operation, code(response)]);
    requests.increment(1);
    table::GRAPHQL_DURATION.with([operation]).record(after);
    for error in &response.errors {
        table::GRAPHQL_ERRORS.with([word(error)]).increment(1);
    }
}

/// The code of the first error, or OK.
#[must_use]
pub fn code(response: &Response) -> &'static str {
    response.errors.first().map_or(OK, word)
}

fn word(error: &ServerError) -> &'static str {
    code_of(error).unwrap_or(Code::Internal).as_str()
}

/// A request passed a limit of the guard.
pub fn refused(limit: Limit) {
    table::GUARD_REFUSALS.with([limit.name()]).increment(1);
}

/// Somebody tried to sign in. A fault of ours is no attempt of theirs.
pub(super) fn sign_in(done: &Result<SignedIn, SignInError>) {
    let outcome = match done {
        Ok(_) => "succeeded",
        Err(SignInError::Refused | SignInError::NotVerified) => "failed",
        Err(SignInError::Limited { .. }) => "limited",
        Err(SignInError::Hash(_) | SignInError::Store(_)) => return,
    };
    table::SIGN_INS.with([outcome]).increment(1);
}

/// An account was made.
pub(super) fn registered(_: &User) {
    table::REGISTRATIONS.plain().increment(1);
}

/// Images were put up.
pub(super) fn uploaded(images: &[Seen]) {
    table::UPLOADS.plain().increment(images.len() as u64);
}

/// An image was bought; a wish that is sent again is no new sale.
pub(super) fn bought(bought: &Bought) {
    if !bought.is_new {
        return;
    }
    let sale = &bought.sale.of;
    table::SALES.plain().increment(1);
    let revenue = table::REVENUE.with([sale.currency.as_str().to_owned()]);
    revenue.increment(u64::try_from(sale.price.get()).unwrap_or(0));
}

#[cfg(test)]
#[path = "count_tests.rs"]
mod tests;
