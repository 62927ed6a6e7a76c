//! Reading the archive.

use async_graphql::parser::parse_query;
use async_graphql::parser::types::Selection;
use serde_json::Value;

/// The whole file.
pub fn archive() -> Value {
    serde_json::from_str(include_str!("../../../requests.har")).unwrap()
}

/// Its entries, in their order.
pub fn entries() -> Vec<Value> {
    archive()["log"]["entries"].as_array().unwrap().clone()
}

/// The part of a multipart body with this name.
pub fn part<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    let parts = body["params"].as_array()?;
    parts.iter().find(|part| part["name"] == name)?["value"].as_str()
}

/// The document of an entry, wherever it stands.
fn document(entry: &Value) -> String {
    let request = &entry["request"];
    let body = &request["postData"];
    let text = body["text"].as_str().or_else(|| part(body, "operations"));
    match text {
        None => {
            let pairs = request["queryString"].as_array().unwrap();
            let query = pairs.iter().find(|pair| pair["name"] == "query").unwrap();
            query["value"].as_str().unwrap().to_owned()
        }
        Some(json) if json.starts_with('{') => {
            let body: Value = serde_json::from_str(json).unwrap();
            body["query"].as_str().unwrap().to_owned()
        }
        Some(bare) => bare.to_owned(),
    }
}

/// The fields of `Query` or `Mutation` that an entry asks for.
pub fn operations_of(entry: &Value) -> Vec<String> {
    // A placeholder stands for a number or for a part of a string.
    let text = document(entry).replace("{{", "").replace("}}", "");
    let parsed = parse_query(text).unwrap();
    let operations = parsed.operations.iter().map(|(_, operation)| operation);
    let fields = operations.flat_map(|operation| &operation.node.selection_set.node.items);
    let names = fields.map(|selection| match &selection.node {
        Selection::Field(field) => field.node.name.to_string(),
        other => panic!("a sample asks for fields: {other:?}"),
    });
    names.collect()
}

/// Whether two answers have the same fields of the same types; values differ with time and chance.
pub fn same_shape(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(name, value)| other.get(name).is_some_and(|o| same_shape(value, o)))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| same_shape(one, other))
        }
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}
