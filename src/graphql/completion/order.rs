//! Fields of an answer in the order they were asked for (GraphQL specification, section 7.2.2).

use async_graphql::Value;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, SelectionSet};

use super::fields;

/// Puts the fields of `data` in the order of the operation.
pub(super) fn put_in_order(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    data: &mut Value,
) {
    order(document, &[&operation.selection_set.node], data);
}

/// `sets` are all selections of one object: a field that stands in several of them has its selections merged.
fn order(document: &ExecutableDocument, sets: &[&SelectionSet], value: &mut Value) {
    match value {
        Value::List(items) => items
            .iter_mut()
            .for_each(|item| order(document, sets, item)),
        Value::Object(answer) => {
            for field in fields(document, sets) {
                // Moving each asked field to the end, in turn, leaves them in the order asked for.
                if let Some(mut inner) = answer.shift_remove(field.key) {
                    order(document, &field.sets, &mut inner);
                    answer.insert(field.key.clone(), inner);
                }
            }
        }
        _ => {}
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
        let document = document.unwrap();
        let operation = super::super::selected(&document, Some("Q")).unwrap();
        put_in_order(&document, operation, &mut data);
        assert_eq!(
            serde_json::to_string(&data).unwrap(),
            r#"{"b":[{"name":"n","id":1},null,{"name":"m","id":2}],"a":{"z":2,"y":1}}"#
        );
    }

    #[test]
    fn what_was_not_asked_for_or_left_out_is_no_trouble() {
        let document = parse_query("{ a b @skip(if: true) c }").unwrap();
        let mut data = Value::from_json(json!({ "c": 1, "a": 2 })).unwrap();
        let operation = super::super::selected(&document, None).unwrap();
        put_in_order(&document, operation, &mut data);
        assert_eq!(serde_json::to_string(&data).unwrap(), r#"{"a":2,"c":1}"#);
    }
}
