//! Fields of an answer in the order they were asked for.
//!
//! The GraphQL specification wants it so (section 7.2.2); async-graphql 7.2 puts them in the order in which
//! they were done.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextParseQuery,
};
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Selection, SelectionSet,
};
use async_graphql::{Name, Response, ServerResult, Value, Variables};

/// Puts the fields of each answer in order.
pub(super) struct FieldOrder;

/// The order that one request asks for.
#[derive(Default)]
struct Asked(Mutex<Option<ExecutableDocument>>);

impl ExtensionFactory for FieldOrder {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Asked::default())
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for Asked {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(document.clone());
        Ok(document)
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let mut response = next.run(ctx, operation_name).await;
        let asked = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(document) = asked {
            put_in_order(&document, operation_name, &mut response.data);
        }
        response
    }
}

fn put_in_order(document: &ExecutableDocument, operation_name: Option<&str>, data: &mut Value) {
    let operation = match &document.operations {
        DocumentOperations::Single(operation) => Some(operation),
        DocumentOperations::Multiple(operations) => {
            operation_name.and_then(|name| operations.get(name))
        }
    };
    if let Some(operation) = operation {
        order(document, &[&operation.node.selection_set.node], data);
    }
}

/// `sets` are all selections of one object: a field that stands in several of them has its selections merged.
fn order(document: &ExecutableDocument, sets: &[&SelectionSet], value: &mut Value) {
    match value {
        Value::List(items) => items
            .iter_mut()
            .for_each(|item| order(document, sets, item)),
        Value::Object(fields) => {
            let mut asked = Vec::new();
            for set in sets {
                collect(document, set, &mut asked);
            }
            for (key, sets) in asked {
                // Moving each asked field to the end, in turn, leaves them in the order asked for.
                if let Some(mut inner) = fields.shift_remove(key) {
                    order(document, &sets, &mut inner);
                    fields.insert(key.clone(), inner);
                }
            }
        }
        _ => {}
    }
}

/// The response keys of a selection in their order, each once, with the selections below it. Every type of the
/// schema is an object, so that all fragments that stand here apply.
fn collect<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    asked: &mut Vec<(&'a Name, Vec<&'a SelectionSet>)>,
) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => {
                let (key, inner) = (
                    &field.node.response_key().node,
                    &field.node.selection_set.node,
                );
                match asked.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, sets)) => sets.push(inner),
                    None => asked.push((key, vec![inner])),
                }
            }
            Selection::InlineFragment(fragment) => {
                collect(document, &fragment.node.selection_set.node, asked);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    collect(document, &fragment.node.selection_set.node, asked);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_stand_in_the_order_asked_for_through_lists_fragments_and_aliases() {
        let document = parse_query(
            "query Q { b: x { ...f id } a { z ... on T { y } } } query P { a } fragment f on T { name id }",
        );
        let mut data = Value::from_json(json!({
            "a": { "y": 1, "z": 2 },
            "b": [{ "id": 1, "name": "n" }, null, { "name": "m", "id": 2 }],
        }))
        .unwrap();
        put_in_order(&document.unwrap(), Some("Q"), &mut data);
        assert_eq!(
            serde_json::to_string(&data).unwrap(),
            r#"{"b":[{"name":"n","id":1},null,{"name":"m","id":2}],"a":{"z":2,"y":1}}"#
        );
    }

    #[test]
    fn what_was_not_asked_for_or_left_out_is_no_trouble() {
        let document = parse_query("{ a b @skip(if: true) c }").unwrap();
        let mut data = Value::from_json(json!({ "c": 1, "a": 2 })).unwrap();
        put_in_order(&document, None, &mut data);
        assert_eq!(serde_json::to_string(&data).unwrap(), r#"{"a":2,"c":1}"#);
    }
}
