//! Uploads in variables.
//!
//! async-graphql stands a file in the variables as a marker string. It takes such a string from
//! anyone, and panics where its number is wrong, so what a client sends must not hold one. It
//! also refuses to define a variable of type Upload on a query; there the marker goes straight
//! into the document, in place of the variable.

use std::collections::HashMap;

use async_graphql::{
    Name, Variables,
    parser::types::{BaseType, ExecutableDocument, OperationType, Type},
};
use async_graphql_value::Value;
use serde_json::{Map, Value as Json};

use super::{
    document::{each_argument, operations_mut},
    refusal::Refusal,
};

const PREFIX: &str = "#__graphql_file__:";

/// What stands for the file with this number.
pub(super) fn marker(number: usize) -> String {
    format!("{PREFIX}{number}")
}

fn forged() -> Refusal {
    Refusal::input("A string looks like the mark of an upload. Send files as parts of a form.")
}

/// Refuses variables in which a client wrote a marker itself.
pub(super) fn refuse_markers_in_variables(variables: &Map<String, Json>) -> Result<(), Refusal> {
    let mut waiting: Vec<&Json> = variables.values().collect();
    while let Some(value) = waiting.pop() {
        match value {
            Json::String(text) if text.starts_with(PREFIX) => return Err(forged()),
            Json::Array(list) => waiting.extend(list),
            Json::Object(object) => waiting.extend(object.values()),
            _ => {}
        }
    }
    Ok(())
}

/// Refuses a document in which a client wrote a marker itself.
pub(super) fn refuse_markers_in_document(document: &mut ExecutableDocument) -> Result<(), Refusal> {
    let mut found = false;
    each_argument(document, &mut |value| found |= has_marker(value));
    for operation in operations_mut(document) {
        for variable in &operation.node.variable_definitions {
            let default = variable.node.default_value.clone();
            found |= default.is_some_and(|default| has_marker(&default.node.into_value()));
        }
    }
    if found { Err(forged()) } else { Ok(()) }
}

fn has_marker(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with(PREFIX),
        Value::List(list) => list.iter().any(has_marker),
        Value::Object(object) => object.values().any(has_marker),
        _ => false,
    }
}

/// Where an operation that is no mutation defines a variable of type Upload, puts the values of
/// all such variables into the document, fragments included, and drops their definitions.
/// Fragments may serve several operations, so it does the same to all of them.
pub(super) fn inline(document: &mut ExecutableDocument, variables: &Variables) {
    if !defined_on_a_query(document) {
        return;
    }
    let mut values = HashMap::new();
    for operation in operations_mut(document) {
        let definitions = &mut operation.node.variable_definitions;
        definitions.retain(|variable| {
            let name = &variable.node.name.node;
            let upload = is_upload(&variable.node.var_type.node);
            if upload {
                let value = variables.get(name).cloned().unwrap_or_default();
                values.insert(name.clone(), value.into_value());
            }
            !upload
        });
    }
    each_argument(document, &mut |value| substitute(value, &values));
}

fn defined_on_a_query(document: &ExecutableDocument) -> bool {
    let mut operations = document
        .operations
        .iter()
        .map(|(_, operation)| &operation.node);
    operations.any(|operation| {
        let mut definitions = operation.variable_definitions.iter();
        operation.ty != OperationType::Mutation
            && definitions.any(|variable| is_upload(&variable.node.var_type.node))
    })
}

fn is_upload(ty: &Type) -> bool {
    match &ty.base {
        BaseType::Named(name) => name == "Upload",
        BaseType::List(item) => is_upload(item),
    }
}

fn substitute(value: &mut Value, values: &HashMap<Name, Value>) {
    match value {
        Value::Variable(name) => {
            if let Some(found) = values.get(name) {
                *value = found.clone();
            }
        }
        Value::List(list) => list.iter_mut().for_each(|item| substitute(item, values)),
        Value::Object(object) => object
            .values_mut()
            .for_each(|item| substitute(item, values)),
        _ => {}
    }
}
