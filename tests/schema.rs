//! The exported schema: as the code has it, described, and with all that clients were promised.

#[path = "schema/parts.rs"]
mod parts;

use parts::{Part, parts};

const EXPORTED: &str = include_str!("../schema.graphql");
const PROMISED: &str = include_str!("schema/promised.graphql");

#[track_caller]
fn none(complaints: impl Iterator<Item = String>) {
    let all: Vec<String> = complaints.collect();
    assert!(all.is_empty(), "\n{}\n", all.join("\n"));
}

#[test]
fn the_exported_file_is_what_the_code_has() {
    assert!(
        shotify::app::schema() == EXPORTED,
        "schema.graphql differs: cargo run -- schema > schema.graphql"
    );
}

#[test]
fn every_type_field_argument_and_value_is_described() {
    let all = parts(EXPORTED);
    assert!(all.len() > 100, "only {} parts", all.len());
    let bare = all.iter().filter(|(_, part)| !part.described);
    none(bare.map(|(path, _)| format!("{path} has no description")));
}

/// Old clients: names, arguments, types, nullability and defaults.
#[test]
fn nothing_that_was_promised_is_missing_or_different() {
    let exported = parts(EXPORTED);
    let broken =
        parts(PROMISED)
            .into_iter()
            .filter_map(|(path, promised)| match exported.get(&path) {
                None => Some(format!("{path} is missing")),
                Some(Part { signature, .. }) if *signature != promised.signature => Some(format!(
                    "{path} was promised as `{}` and is `{signature}`",
                    promised.signature
                )),
                Some(_) => None,
            });
    none(broken);
}

/// A request that was complete stays so: what is added to arguments and inputs may be left out.
#[test]
fn nothing_that_was_added_is_required() {
    let promised = parts(PROMISED);
    let added = parts(EXPORTED).into_iter().filter(|(path, part)| {
        let owner = path.rsplit_once(['.', '(']).map_or("", |(owner, _)| owner);
        part.required && promised.contains_key(owner) && !promised.contains_key(path)
    });
    none(added.map(|(path, part)| format!("{path}: {} is new and required", part.signature)));
}
