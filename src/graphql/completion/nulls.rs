//! A field that failed is null; where its type must not be null, what holds it is, up to the whole data
//! (GraphQL specification, section 6.4.4).

use std::collections::HashMap;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, ExecutableDocument, OperationDefinition, OperationType, Type, TypeKind,
    TypeSystemDefinition,
};
use async_graphql::{PathSegment, Response, Value};

use super::fields;

/// The type of each field of each object.
pub(super) struct FieldTypes(HashMap<(String, String), Type>);

impl FieldTypes {
    /// Reads a schema; what cannot be read has no types, and its answers stay as they are.
    pub(super) fn of(sdl: &str) -> Self {
        let definitions = parse_schema(sdl)
            .map(|schema| schema.definitions)
            .unwrap_or_default();
        let mut types = HashMap::new();
        for definition in definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let TypeKind::Object(object) = definition.node.kind else {
                continue;
            };
            for field in object.fields {
                let name = (
                    definition.node.name.node.to_string(),
                    field.node.name.node.to_string(),
                );
                types.insert(name, field.node.ty.node);
            }
        }
        Self(types)
    }

    fn of_field(&self, object: &str, field: &str) -> Option<&Type> {
        self.0.get(&(object.to_owned(), field.to_owned()))
    }
}

/// Puts null where errors of fields want it.
pub(super) fn propagate(
    types: &FieldTypes,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    response: &mut Response,
) {
    for error in &response.errors {
        let Some(nullable) = nullable_along(types, document, operation, &error.path) else {
            continue;
        };
        match nullable.iter().rposition(|may_be_null| *may_be_null) {
            Some(last) => put_null(&mut response.data, &error.path[..=last]),
            None => response.data = Value::Null,
        }
    }
}

/// For each place on the way to a field, whether it may be null. None for errors of no field of ours.
fn nullable_along(
    types: &FieldTypes,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    path: &[PathSegment],
) -> Option<Vec<bool>> {
    let mut object = match operation.ty {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => return None,
    };
    let mut sets = vec![&operation.selection_set.node];
    let mut ty: Option<&Type> = None;
    let mut nullable = Vec::with_capacity(path.len());
    for segment in path {
        let next = match (segment, ty.map(|ty| &ty.base)) {
            (PathSegment::Field(key), _) => {
                let field = fields(document, &sets)
                    .into_iter()
                    .find(|field| field.key.as_str() == key)?;
                sets = field.sets;
                types.of_field(object, field.name)?
            }
            (PathSegment::Index(_), Some(BaseType::List(inner))) => inner,
            (PathSegment::Index(_), _) => return None,
        };
        nullable.push(next.nullable);
        if let BaseType::Named(name) = &next.base {
            object = name.as_str();
        }
        ty = Some(next);
    }
    (!nullable.is_empty()).then_some(nullable)
}

fn put_null(data: &mut Value, path: &[PathSegment]) {
    let Some((last, before)) = path.split_last() else {
        return;
    };
    let mut place = data;
    for segment in before {
        let inner = match (segment, place) {
            (PathSegment::Field(key), Value::Object(fields)) => fields.get_mut(key.as_str()),
            (PathSegment::Index(at), Value::List(items)) => items.get_mut(*at),
            _ => None,
        };
        // What holds it is null already.
        let Some(inner) = inner else { return };
        place = inner;
    }
    match (last, place) {
        (PathSegment::Field(key), Value::Object(fields)) => {
            fields.insert(async_graphql::Name::new(key), Value::Null);
        }
        (PathSegment::Field(key), place @ Value::Null) if before.is_empty() => {
            *place = Value::Object(
                std::iter::once((async_graphql::Name::new(key), Value::Null)).collect(),
            );
        }
        (PathSegment::Index(at), Value::List(items)) if *at < items.len() => {
            items[*at] = Value::Null;
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::ServerError;
    use async_graphql::parser::parse_query;
    use serde_json::{Value as Json, json};

    use super::*;

    const SDL: &str = "type Query { me: Me, all: [Me!]!, some: [Me] } type Me { id: ID!, friend: Me!, name: String, tags: [String!]! }";

    fn completed(query: &str, data: Json, path: &[Json]) -> Json {
        let document = parse_query(query).unwrap();
        let operation = super::super::selected(&document, None).unwrap();
        let segment = |part: &Json| match part {
            Json::String(key) => PathSegment::Field(key.clone()),
            index => PathSegment::Index(usize::try_from(index.as_u64().unwrap()).unwrap()),
        };
        let mut error = ServerError::new("failed", None);
        error.path = path.iter().map(segment).collect();
        let mut response = Response::new(Value::from_json(data).unwrap());
        response.errors.push(error);
        propagate(&FieldTypes::of(SDL), &document, operation, &mut response);
        response.data.into_json().unwrap()
    }

    #[test]
    fn a_field_that_may_be_null_is_null() {
        let data = json!({ "me": { "id": "1" } });
        let found = completed("{ me { id n: name } }", data, &[json!("me"), json!("n")]);
        assert_eq!(found, json!({ "me": { "id": "1", "n": null } }));
    }

    #[test]
    fn one_that_must_not_be_takes_its_parent_along() {
        let data = json!({ "me": { "id": "1" } });
        let found = completed(
            "{ me { id ...f } } fragment f on Me { tags }",
            data,
            &[json!("me"), json!("tags")],
        );
        assert_eq!(found, json!({ "me": null }));
        let nested = json!({ "me": { "friend": null } });
        let path = [json!("me"), json!("friend"), json!("id")];
        assert_eq!(
            completed("{ me { friend { id } } }", nested, &path),
            json!({ "me": null })
        );
    }

    #[test]
    fn lists_end_it_where_their_items_may_be_null() {
        let query = "{ some { id } all { id } }";
        let data = || json!({ "some": [{ "id": "1" }, null], "all": [null] });
        let in_some = completed(query, data(), &[json!("some"), json!(0), json!("id")]);
        assert_eq!(in_some, json!({ "some": [null, null], "all": [null] }));
        assert_eq!(
            completed(query, data(), &[json!("all"), json!(0), json!("id")]),
            Json::Null
        );
    }

    #[test]
    fn a_root_field_that_failed_alone_is_null_in_its_place() {
        assert_eq!(
            completed("{ me { id } }", Json::Null, &[json!("me")]),
            json!({ "me": null })
        );
        assert_eq!(
            completed("{ all { id } }", Json::Null, &[json!("all")]),
            Json::Null
        );
    }

    #[test]
    fn errors_of_no_field_change_nothing() {
        let data = json!({ "me": { "id": "1" } });
        assert_eq!(completed("{ me { id } }", data.clone(), &[]), data);
        assert_eq!(
            completed("{ me { id } }", data.clone(), &[json!("you")]),
            data
        );
    }
}
