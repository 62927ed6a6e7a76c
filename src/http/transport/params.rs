//! The parameters of a GraphQL request, whatever they came in.

use serde_json::{Map, Value};

use super::{config::TransportConfig, refusal::Refusal, uploads};
use crate::graphql::guard::check_variables;

/// The parameters, their types checked.
#[derive(Debug, Default)]
pub(super) struct Params {
    pub(super) query: Option<String>,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Map<String, Value>,
    pub(super) extensions: Map<String, Value>,
}

impl Params {
    /// From the JSON text of one request.
    pub(super) fn from_json(text: &[u8], config: &TransportConfig) -> Result<Self, Refusal> {
        match parse_json(text, config)? {
            Value::Object(object) => Self::from_object(object),
            Value::Array(_) => Err(Refusal::input("Send one request at a time, not a list.")),
            _ => Err(Refusal::input(
                "The body must be a JSON object with \"query\".",
            )),
        }
    }

    pub(super) fn from_object(mut object: Map<String, Value>) -> Result<Self, Refusal> {
        let params = Self {
            query: text(&mut object, "query")?,
            // Some clients send an empty name for none.
            operation_name: text(&mut object, "operationName")?.filter(|name| !name.is_empty()),
            variables: map(&mut object, "variables")?,
            extensions: map(&mut object, "extensions")?,
        };
        uploads::refuse_markers_in_variables(&params.variables)?;
        Ok(params)
    }
}

/// JSON that is neither too deep nor too large.
pub(super) fn parse_json(text: &[u8], config: &TransportConfig) -> Result<Value, Refusal> {
    check_variables(text, &config.guard)?;
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    serde_json::from_slice(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Refusal::input(format!("This is not JSON: line {line}, column {column}."))
    })
}

fn text(object: &mut Map<String, Value>, name: &str) -> Result<Option<String>, Refusal> {
    match object.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::input(format!("\"{name}\" must be a string.")).at(name)),
    }
}

fn map(object: &mut Map<String, Value>, name: &str) -> Result<Map<String, Value>, Refusal> {
    match object.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map),
        Some(_) => Err(Refusal::input(format!("\"{name}\" must be an object.")).at(name)),
    }
}
