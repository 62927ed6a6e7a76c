//! What introspection is: its two roots, and the lists in it that multiply an answer.

use async_graphql::{
    Positioned,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

/// Fields of `__Type` that lead from one type to many; the rule of graphql-js against answers
/// that grow with each level.
const LISTS: [&str; 4] = ["fields", "interfaces", "possibleTypes", "inputFields"];

pub(super) fn is_root(field: &str) -> bool {
    matches!(field, "__schema" | "__type")
}

pub(super) fn is_list(field: &str) -> bool {
    LISTS.contains(&field)
}

/// Whether a root of introspection stands anywhere, fragments that nobody spreads included.
pub(super) fn is_asked_for(document: &ExecutableDocument) -> bool {
    let operations = document
        .operations
        .iter()
        .map(|(_, operation)| &operation.node.selection_set);
    let fragments = document
        .fragments
        .values()
        .map(|fragment| &fragment.node.selection_set);
    let mut waiting: Vec<&Positioned<SelectionSet>> = operations.chain(fragments).collect();
    while let Some(set) = waiting.pop() {
        for selection in &set.node.items {
            match &selection.node {
                Selection::Field(field) if is_root(&field.node.name.node) => return true,
                Selection::Field(field) => waiting.push(&field.node.selection_set),
                Selection::InlineFragment(inline) => waiting.push(&inline.node.selection_set),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    false
}
