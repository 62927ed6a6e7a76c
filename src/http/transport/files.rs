//! The `map` of a multipart request: which file goes where in the variables.

use std::{collections::BTreeMap, fs::File};

use async_graphql::UploadValue;
use serde_json::Value;

use super::{
    config::TransportConfig,
    params::{Params, parse_json},
    receive::Incoming,
    refusal::Refusal,
    uploads::marker,
};

/// A file that arrived, by the name of its part.
pub(super) struct Received {
    pub(super) name: String,
    pub(super) file: File,
}

/// From the name of a part to the one path it goes to.
#[derive(Debug)]
pub(super) struct FileMap(BTreeMap<String, String>);

impl FileMap {
    pub(super) fn parse(text: &[u8], config: &TransportConfig) -> Result<Self, Refusal> {
        let Value::Object(entries) = parse_json(text, config)? else {
            return Err(Refusal::input("\"map\" must be an object.").at("map"));
        };
        if entries.len() > config.max_files {
            return Err(too_many(config));
        }
        let one = |(name, paths): (String, Value)| match one_path(&paths) {
            Some(path) => Ok((name, path.to_owned())),
            None => Err(Refusal::input(format!(
                "In \"map\", \"{name}\" must have a list of exactly one path."
            ))
            .at("map")),
        };
        entries
            .into_iter()
            .map(one)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub(super) fn names(&self, part: &str) -> bool {
        self.0.contains_key(part)
    }
}

fn one_path(paths: &Value) -> Option<&str> {
    match paths.as_array()?.as_slice() {
        [Value::String(path)] => Some(path),
        _ => None,
    }
}

pub(super) fn too_many(config: &TransportConfig) -> Refusal {
    Refusal::too_large(format!(
        "A request may have at most {} files.",
        config.max_files
    ))
}

pub(super) fn not_in_map(name: &str) -> Refusal {
    Refusal::input(format!("The file \"{name}\" is not in \"map\".")).at("map")
}

/// Puts each file in its place. Every entry needs its file and every file its entry.
pub(super) fn place(
    mut params: Params,
    mut map: FileMap,
    received: Vec<Received>,
) -> Result<Incoming, Refusal> {
    let mut files = Vec::with_capacity(received.len());
    for Received { name, file } in received {
        let path = map.0.remove(&name).ok_or_else(|| not_in_map(&name))?;
        put(&mut params, &path, Value::String(marker(files.len())))?;
        files.push(UploadValue {
            filename: "upload".to_owned(),
            content_type: None,
            content: file,
        });
    }
    match map.0.into_keys().next() {
        Some(name) => Err(Refusal::input(format!("The file \"{name}\" is missing.")).at("map")),
        None => Ok(Incoming { params, files }),
    }
}

/// The place must be there, and empty: `null`, or the `{}` that some clients make of a file.
fn put(params: &mut Params, path: &str, upload: Value) -> Result<(), Refusal> {
    let nowhere = || {
        Refusal::input(format!(
            "The path \"{path}\" of \"map\" leads to no variable."
        ))
        .at("map")
    };
    let place = find(params, path).ok_or_else(nowhere)?;
    let empty = place.is_null() || place.as_object().is_some_and(serde_json::Map::is_empty);
    if !empty {
        let message = format!("The variable at \"{path}\" is not null: nothing can be put there.");
        return Err(Refusal::input(message).at("map"));
    }
    *place = upload;
    Ok(())
}

fn find<'a>(params: &'a mut Params, path: &str) -> Option<&'a mut Value> {
    let mut steps = path.strip_prefix("variables.")?.split('.');
    let first = params.variables.get_mut(steps.next()?)?;
    steps.try_fold(first, |place, step| match place {
        Value::Object(object) => object.get_mut(step),
        Value::Array(list) => list.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    })
}
