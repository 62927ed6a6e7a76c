//! Measures what the server sees in photographs, and writes the tables of `docs/vision.md`.
//!
//! `cargo run --release --example measure_vision` prints them; `-- --write` puts them into the document;
//! `-- --raw FILE` writes every pair behind them.

mod alike;
mod cost;
mod labels;
mod photos;
mod seen;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use shotify::adapters::vision::on_device::Model;

const BEGIN: &str = "<!-- measured: begin -->\n";
const END: &str = "<!-- measured: end -->";

fn main() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let photos = photos::all(&package.join("bench/photos"));
    let cost = cost::table(&photos[0].file);
    let model = Arc::new(Model::new());
    let labels = labels::of(&photos, &model);
    let groups = seen::groups(&photos, &model);
    let text = [
        "### Labels\n\n".to_owned(),
        labels::table(&photos, &labels),
        "\n### Copies\n\n".to_owned(),
        alike::changes(&groups),
        "\n### Different photographs\n\n".to_owned(),
        alike::strangers(&photos, &groups),
        "\n".to_owned(),
        alike::false_alarms(&photos, &groups),
        "\n### Cost\n\n".to_owned(),
        cost,
    ]
    .concat();
    println!("{text}");
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (Some("--write"), _) => write(&package.join("docs/vision.md"), &text),
        (Some("--raw"), Some(file)) => {
            fs::write(file, alike::raw(&groups)).expect("the file can be written");
        }
        _ => {}
    }
}

/// Replaces what stands between the markers.
fn write(document: &Path, measured: &str) {
    let text = fs::read_to_string(document).expect("the document");
    let (before, rest) = text.split_once(BEGIN).expect("its first marker");
    let (_, after) = rest.split_once(END).expect("its second marker");
    let new = format!("{before}{BEGIN}\n{}\n\n{END}{after}", measured.trim());
    fs::write(document, new).expect("the document can be written");
}
