//! Walks over a parsed document. It passed the guard, so the recursion is shallow.

use async_graphql::{
    Positioned,
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, OperationDefinition, Selection,
        SelectionSet,
    },
};
use async_graphql_value::Value;

/// The operation that will run, if it is clear which.
pub(super) fn selected<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    let mut operations = document.operations.iter();
    let (_, operation) = match name {
        Some(name) => operations.find(|(found, _)| found.is_some_and(|found| found == name))?,
        None if operations.len() == 1 => operations.next()?,
        None => return None,
    };
    Some(&operation.node)
}

/// Every operation of the document.
pub(super) fn operations_mut(
    document: &mut ExecutableDocument,
) -> Vec<&mut Positioned<OperationDefinition>> {
    match &mut document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    }
}

/// Every value that an argument of a field or of a directive has, fragments included.
pub(super) fn each_argument(document: &mut ExecutableDocument, see: &mut dyn FnMut(&mut Value)) {
    for operation in operations_mut(document) {
        let operation = &mut operation.node;
        in_directives(&mut operation.directives, see);
        for variable in &mut operation.variable_definitions {
            in_directives(&mut variable.node.directives, see);
        }
        in_set(&mut operation.selection_set, see);
    }
    for fragment in document.fragments.values_mut() {
        in_directives(&mut fragment.node.directives, see);
        in_set(&mut fragment.node.selection_set, see);
    }
}

fn in_directives(directives: &mut [Positioned<Directive>], see: &mut dyn FnMut(&mut Value)) {
    for directive in directives {
        for (_, value) in &mut directive.node.arguments {
            see(&mut value.node);
        }
    }
}

fn in_set(set: &mut Positioned<SelectionSet>, see: &mut dyn FnMut(&mut Value)) {
    for selection in &mut set.node.items {
        in_directives(selection.node.directives_mut(), see);
        match &mut selection.node {
            Selection::Field(field) => {
                for (_, value) in &mut field.node.arguments {
                    see(&mut value.node);
                }
                in_set(&mut field.node.selection_set, see);
            }
            Selection::InlineFragment(inline) => in_set(&mut inline.node.selection_set, see),
            Selection::FragmentSpread(_) => {}
        }
    }
}
