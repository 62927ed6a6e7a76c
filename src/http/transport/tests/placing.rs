//! Files and their places, against a model: all are placed, or none is.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::{
    TransportConfig,
    files::{FileMap, Received, place},
    params::Params,
    uploads::marker,
};

/// Names of variables and steps of paths: few, so that they often meet.
const STEPS: [&str; 5] = ["a", "b", "0", "1", "file"];

/// A variable's value, with many empty places.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => Just(Value::Null),
        1 => Just(json!({})),
        1 => any::<i32>().prop_map(Value::from),
        1 => Just(json!("text")),
    ];
    leaf.prop_recursive(3, 24, 3, |inner| {
        let object =
            prop::collection::btree_map(prop::sample::select(&STEPS[..]), inner.clone(), 0..3);
        prop_oneof![
            prop::collection::vec(inner, 0..3).prop_map(Value::from),
            object.prop_map(|fields| fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

fn variables() -> impl Strategy<Value = Map<String, Value>> {
    let named = prop::collection::btree_map(prop::sample::select(&STEPS[..]), value(), 1..4);
    named.prop_map(|named| {
        named
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    })
}

/// Every place where a file may go.
fn places(path: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Null => found.push(path.to_owned()),
        Value::Object(object) if object.is_empty() => found.push(path.to_owned()),
        Value::Object(object) => {
            for (name, inner) in object {
                places(&format!("{path}.{name}"), inner, found);
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                places(&format!("{path}.{index}"), inner, found);
            }
        }
        _ => {}
    }
}

fn received(name: &str) -> Received {
    Received {
        name: name.to_owned(),
        file: tempfile::tempfile().unwrap(),
    }
}

/// What must come of it: each place with the mark of its file, all else as it was.
fn placed(mut variables: Value, paths: &[String]) -> Value {
    for (number, path) in paths.iter().enumerate() {
        let pointer = path.replace("variables", "").replace('.', "/");
        *variables.pointer_mut(&pointer).unwrap() = Value::String(marker(number));
    }
    variables
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// X3 U10
    #[test]
    fn files_go_to_places_that_are_empty_all_of_them_or_none(
        variables in variables(),
        wanted in prop::collection::vec((any::<prop::sample::Index>(), 0..8_u8), 0..4),
        lost in 0..6_usize,
    ) {
        let mut empty = Vec::new();
        places("variables", &Value::Object(variables.clone()), &mut empty);
        let path = |(index, odd): &(prop::sample::Index, u8)| match odd {
            0 => "variables.nowhere".to_owned(),
            1 => "query".to_owned(),
            _ if empty.is_empty() => "variables".to_owned(),
            _ => index.get(&empty).clone(),
        };
        let paths: Vec<String> = wanted.iter().map(path).collect();
        let map: BTreeMap<String, [&String; 1]> = paths.iter().enumerate().map(|(n, path)| (n.to_string(), [path])).collect();
        let config = TransportConfig::new(std::path::PathBuf::new(), true);
        let map = FileMap::parse(json!(map).to_string().as_bytes(), &config).unwrap();
        let names: Vec<String> = (0..paths.len()).map(|n| n.to_string()).collect();
        let files = names.iter().enumerate().filter(|(n, _)| *n != lost).map(|(_, name)| received(name)).collect();
        let params = Params { variables: variables.clone(), ..Params::default() };
        let distinct: BTreeSet<&String> = paths.iter().collect();
        let sound = distinct.len() == paths.len() && paths.iter().all(|path| empty.contains(path)) && lost >= paths.len();
        match place(params, map, files) {
            Ok(incoming) => {
                prop_assert!(sound);
                prop_assert_eq!(incoming.files.len(), paths.len());
                prop_assert_eq!(Value::Object(incoming.params.variables), placed(Value::Object(variables), &paths));
            }
            Err(_) => prop_assert!(!sound),
        }
    }

    /// X3 U10
    #[test]
    fn no_map_and_no_operations_of_any_json_panic(map in value(), operations in value(), text in ".{0,60}") {
        let config = TransportConfig::new(std::path::PathBuf::new(), true);
        for text in [map.to_string(), operations.to_string(), text] {
            let _ = FileMap::parse(text.as_bytes(), &config);
            let _ = Params::from_json(text.as_bytes(), &config);
        }
    }
}
