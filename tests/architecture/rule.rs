//! Judges the paths of a file by the table of the layers.

use crate::lexer;
use crate::paths::{self, Named};

/// One row of the table.
pub struct Layer {
    pub name: &'static str,
    /// The layers that it may name besides itself.
    pub may: &'static [&'static str],
    /// The crates that it must not name, in groups.
    pub never: &'static [&'static [&'static str]],
}

/// What a file (its path begins with `src/`) names against the rule, one sentence each.
pub fn violations(layers: &[Layer], file: &str, text: &str) -> Vec<String> {
    let module = module_of(file);
    let name = module.first().copied().unwrap_or("lib");
    let Some(layer) = layers.iter().find(|layer| layer.name == name) else {
        return vec![format!(
            "{file}: `{name}` is no layer of the table in tests/architecture.rs"
        )];
    };
    let named = paths::paths(&lexer::tokens(text));
    let complaints = named.iter().filter_map(|path| {
        let complaint = judge(layers, layer, module.len(), path)?;
        Some(format!(
            "{file}:{}: `{}`: {complaint}",
            path.line,
            path.segments.join("::")
        ))
    });
    complaints.collect()
}

/// `src/adapters/sql/mod.rs` and `src/adapters/sql.rs` are both the module `adapters::sql`; `src/lib.rs` is the root.
fn module_of(file: &str) -> Vec<&str> {
    let inside = file.trim_start_matches("src/").trim_end_matches(".rs");
    let inside = inside.strip_suffix("/mod").unwrap_or(inside);
    if inside == "lib" {
        Vec::new()
    } else {
        inside.split('/').collect()
    }
}

fn judge(layers: &[Layer], layer: &Layer, depth: usize, path: &Named) -> Option<String> {
    let first = path.segments[0].as_str();
    let second = path.segments.get(1).map(String::as_str);
    match first {
        "crate" if layer.name == "main" => {
            Some("the binary names the library as `shotify::`".to_owned())
        }
        "crate" => names_layer(layers, layer, second),
        "shotify" if layer.name == "main" => names_layer(layers, layer, second),
        "self" | "super" => leaves_layer(depth + path.depth, path),
        _ if layer.never.iter().any(|group| group.contains(&first)) => Some(format!(
            "the layer `{}` must not name the crate `{first}`",
            layer.name
        )),
        _ => None,
    }
}

fn names_layer(layers: &[Layer], layer: &Layer, named: Option<&str>) -> Option<String> {
    let named = named.filter(|name| !["self", "*"].contains(name));
    let Some(named) = named else {
        return Some("names the whole crate".to_owned());
    };
    if named == layer.name || layer.may.contains(&named) {
        None
    } else if layers.iter().any(|known| known.name == named) {
        Some(format!(
            "the layer `{}` must not name the layer `{named}`",
            layer.name
        ))
    } else {
        Some(format!(
            "`{named}` is no layer of the table in tests/architecture.rs"
        ))
    }
}

/// `super` may climb up to the layer's own module, not to the crate's root. In the root itself nothing is left.
fn leaves_layer(depth: usize, path: &Named) -> Option<String> {
    let climbs = path
        .segments
        .iter()
        .filter(|segment| *segment == "super")
        .count();
    let leaves = climbs > 0 && climbs >= depth;
    leaves.then(|| "`super` leaves the layer: say `crate::`".to_owned())
}
