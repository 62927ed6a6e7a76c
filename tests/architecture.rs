//! The dependency rule of the layers, and the habits that a machine can see, read against the sources.
//!
//! A new top-level module needs a row in [`LAYERS`]. The reader knows Rust's tokens but not its types: it sees
//! every path (`crate::a::b`, `use crate::{a, b::{c, d}}`, `super::…`, `sqlx::…`), not what a re-export leads to.

#[path = "architecture/habits.rs"]
mod habits;
#[path = "architecture/lexer.rs"]
mod lexer;
#[path = "architecture/paths.rs"]
mod paths;
#[path = "architecture/rule.rs"]
mod rule;
#[path = "architecture/rule_tests.rs"]
mod rule_tests;

use std::fs;
use std::path::{Path, PathBuf};

use rule::Layer;

/// Web, SQL and network crates, which nothing inside the ports needs.
const OUTSIDE: &[&str] = &[
    "askama",
    "async_graphql",
    "axum",
    "clap",
    "cookie",
    "dotenvy",
    "hyper",
    "hyper_util",
    "lettre",
    "redis",
    "reqwest",
    "rustls",
    "sea_query",
    "sea_query_sqlx",
    "sqlx",
    "tower",
    "tower_http",
];
/// What decodes, scales and writes pictures.
const PICTURES: &[&str] = &[
    "ab_glyph",
    "fast_image_resize",
    "image",
    "image_hasher",
    "img_parts",
    "jpeg_encoder",
    "miniz_oxide",
    "moxcms",
    "thumbhash",
    "webp",
];
const ASYNC: &[&str] = &[
    "async_trait",
    "futures",
    "tokio",
    "tokio_stream",
    "tokio_util",
];
const LOGS: &[&str] = &["tracing", "tracing_subscriber"];
/// What counts, and what exports: services do neither.
const EXPORTERS: &[&str] = &[
    "metrics",
    "metrics_exporter_prometheus",
    "opentelemetry",
    "opentelemetry_http",
    "opentelemetry_otlp",
    "opentelemetry_sdk",
    "tracing_opentelemetry",
];
const STORES: &[&str] = &[
    "lettre",
    "redis",
    "reqwest",
    "sea_query",
    "sea_query_sqlx",
    "sqlx",
];
const WEB: &[&str] = &["async_graphql", "axum", "tower_http"];

/// Each layer, the layers that it may name besides itself, and the crates that it must not name.
const LAYERS: &[Layer] = &[
    Layer {
        name: "domain",
        may: &[],
        never: &[OUTSIDE, PICTURES, ASYNC, LOGS, EXPORTERS],
    },
    Layer {
        name: "ports",
        may: &["domain"],
        never: &[OUTSIDE, PICTURES, LOGS, EXPORTERS],
    },
    Layer {
        name: "services",
        may: &["domain", "ports"],
        never: &[OUTSIDE, PICTURES, EXPORTERS],
    },
    // Counts by the facade alone: who collects is the others' to know.
    Layer {
        name: "observe",
        may: &["ports"],
        never: &[
            OUTSIDE,
            PICTURES,
            ASYNC,
            &["metrics_exporter_prometheus", "opentelemetry_otlp"],
        ],
    },
    Layer {
        name: "adapters",
        may: &["domain", "ports", "observe"],
        never: &[WEB, &["clap", "cookie"]],
    },
    Layer {
        name: "graphql",
        may: &["domain", "ports", "services", "observe"],
        never: &[STORES, PICTURES],
    },
    Layer {
        name: "http",
        may: &["domain", "ports", "services", "graphql", "observe"],
        never: &[STORES, PICTURES],
    },
    Layer {
        name: "config",
        may: &["domain"],
        never: &[STORES, PICTURES, WEB],
    },
    Layer {
        name: "telemetry",
        may: &["domain", "ports", "config"],
        never: &[STORES, PICTURES],
    },
    Layer {
        name: "app",
        may: &[
            "domain",
            "ports",
            "services",
            "adapters",
            "graphql",
            "http",
            "config",
            "observe",
            "telemetry",
        ],
        never: &[PICTURES],
    },
    Layer {
        name: "demo",
        may: &["domain", "ports", "services", "config", "app"],
        never: &[STORES, PICTURES, WEB],
    },
    Layer {
        name: "lib",
        may: &[],
        never: &[OUTSIDE, PICTURES, ASYNC, LOGS, EXPORTERS],
    },
    // The binary reaches the layers as `shotify::…`.
    Layer {
        name: "main",
        may: &["app", "config", "telemetry", "demo", "domain"],
        never: &[STORES, PICTURES, WEB],
    },
];

/// Every Rust file below `folder`, its path relative to the package with `/`, and its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = vec![package.join(folder)];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("the package's folders can be read") {
            let path = entry.expect("an entry of a folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path
                    .strip_prefix(package)
                    .expect("it was found below the package");
                let name = name
                    .components()
                    .map(|c| c.as_os_str().to_string_lossy())
                    .collect::<Vec<_>>()
                    .join("/");
                files.push((
                    name,
                    fs::read_to_string(&path).expect("a source file is UTF-8 text"),
                ));
            }
        }
    }
    files.sort();
    assert!(!files.is_empty(), "no sources below {folder}");
    files
}

fn complaints(folders: &[&str], check: impl Fn(&str, &str) -> Vec<String>) -> Vec<String> {
    let files = folders.iter().flat_map(|folder| sources(folder));
    files.flat_map(|(name, text)| check(&name, &text)).collect()
}

#[track_caller]
fn none(found: &[String]) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn every_layer_names_only_what_it_may() {
    none(&complaints(&["src"], |file, text| {
        rule::violations(LAYERS, file, text)
    }));
}

#[test]
fn no_file_is_longer_than_400_lines() {
    none(&complaints(&["src", "tests"], habits::too_long));
}

#[test]
fn nothing_is_left_unfinished_or_switched_off() {
    none(&complaints(&["src", "tests"], habits::unfinished));
}

#[test]
fn every_file_of_the_inner_layers_says_what_it_is_for() {
    let inner = ["src/domain", "src/ports", "src/services"];
    let check = |file: &str, text: &str| {
        let asked = inner.iter().any(|layer| file.starts_with(layer));
        if asked {
            habits::undocumented(file, text)
        } else {
            Vec::new()
        }
    };
    none(&complaints(&["src"], check));
}
